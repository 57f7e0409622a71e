import { rm } from 'node:fs/promises';
import { describeFiles } from '../../service/inference/bundle/bundle-files.ts';
import type { Bundle } from '../../service/inference/bundle/manifest.ts';
import type { ProgressOutput } from '../kit/progress.ts';
import { refuse } from './check-same.ts';
import { FolderSource } from './folder-source.ts';
import { missingFiles } from './pull.ts';
import { stageAgain } from './reconvert.ts';
import { SourceError } from './source.ts';

/**
 * Checks that a folder still holds the model that the manifest locks: a folder has no revision, so
 * that only its files tell. Weights are converted again.
 *
 * @param staging folder for the files that are made; removed at the end
 * @throws SourceError naming the files that differ
 */
export async function checkFolder(
  bundle: Bundle,
  folder: string,
  staging: string,
  output: ProgressOutput,
): Promise<void> {
  const locked = bundle.files.filter(({ name }) => name !== bundle.golden.file);
  if ((await missingFiles(folder, locked)).length === 0) return;
  const source = new FolderSource(folder);
  // Fails if the folder cannot be read, which is not a difference.
  await source.list();
  try {
    const { files } = await stageAgain(bundle, source, staging, output).catch((cause: unknown) => {
      if (!(cause instanceof SourceError)) throw cause;
      refuse(bundle, `which ${folder} no longer holds (${cause.message})`);
    });
    const there = hashes(await describeFiles(staging, files));
    const expected = hashes(locked);
    const names = [...new Set([...expected.keys(), ...there.keys()])];
    const differing = names.filter((name) => there.get(name) !== expected.get(name));
    if (differing.length === 0) return;
    const converter =
      bundle.conversion === undefined
        ? ''
        : ', or another version of the converter made those files';
    refuse(bundle, `but ${folder} holds another model now (${differing.join(', ')})${converter}`);
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

function hashes(files: Bundle['files']): ReadonlyMap<string, string> {
  return new Map(files.map(({ name, sha256 }) => [name, sha256]));
}
