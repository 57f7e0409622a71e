import { copyFile, mkdir, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { verifyFiles } from '../../service/inference/bundle/bundle-files.ts';
import type { BundleFile } from '../../service/inference/bundle/manifest.ts';
import type { ProgressOutput } from '../kit/progress.ts';
import { download } from './download.ts';
import type { ModelSource } from './source.ts';

export interface PullOptions {
  /** Opened only when a file is missing. */
  readonly source: () => Promise<ModelSource>;
  /** Holds broken downloads, to go on with, and whole ones where it is kept. */
  readonly downloadsDir: string;
  /** Folder of the bundle's files; those that are there and right are left alone. */
  readonly folder: string;
  /** The downloads are used again by others: copy instead of moving. */
  readonly keepDownloads?: boolean;
  readonly output: ProgressOutput;
}

/**
 * Fetches files of a bundle: each is then the one that the manifest locks.
 *
 * @returns names of the files
 * @throws SourceError when the source gives anything else
 */
export async function pull(
  missing: readonly BundleFile[],
  options: PullOptions,
): Promise<string[]> {
  const { folder, downloadsDir, output } = options;
  let source: ModelSource | undefined;
  for (const file of missing) {
    const name = file.sha256;
    if (!(await isRight(downloadsDir, { ...file, name }))) {
      source ??= await options.source();
      await download(source, file, join(downloadsDir, name), { output });
    }
    const path = join(folder, file.name);
    await mkdir(dirname(path), { recursive: true });
    await (options.keepDownloads ? copyFile : rename)(join(downloadsDir, name), path);
  }
  return missing.map(({ name }) => name);
}

/** The files that a folder lacks, or has with another size or hash. */
export async function missingFiles(
  folder: string,
  files: readonly BundleFile[],
): Promise<BundleFile[]> {
  const missing: BundleFile[] = [];
  for (const file of files) if (!(await isRight(folder, file))) missing.push(file);
  return missing;
}

async function isRight(folder: string, file: BundleFile): Promise<boolean> {
  return verifyFiles(folder, [file]).then(
    () => true,
    () => false,
  );
}
