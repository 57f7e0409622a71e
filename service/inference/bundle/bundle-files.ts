import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { inRunningOrder, type PreprocessingStep } from '../../contract/preprocessing.ts';
import { StartupError } from '../../domain/errors.ts';
import type { BundleFile } from './manifest.ts';

/** Size and hash of files in a bundle's folder, sorted by name. */
export async function describeFiles(
  folder: string,
  names: readonly string[],
): Promise<BundleFile[]> {
  const sorted = [...names].sort();
  return Promise.all(sorted.map((name) => describeFile(folder, name)));
}

/** Size and hash of a file in a bundle's folder. */
export async function describeFile(folder: string, name: string): Promise<BundleFile> {
  const path = join(folder, name);
  const { size } = await stat(path);
  return { name, bytes: size, sha256: await sha256Of(path) };
}

/**
 * Revision of a bundle: the first 12 hex digits of the SHA-256 over the files' SHA-256 hashes, each
 * as 64 lower-case hex digits, concatenated in the order of the files' names (by UTF-16 unit).
 * If the bundle names its preprocessing steps, a line feed and the steps follow, separated by
 * commas, in the order in which they run.
 *
 * @param preprocessing of the bundle, if it names any
 */
export function bundleRevision(
  files: readonly BundleFile[],
  preprocessing?: readonly PreprocessingStep[],
): string {
  const sorted = [...files].sort((a, b) => (a.name < b.name ? -1 : 1));
  const hashes = sorted.map(({ sha256 }) => sha256).join('');
  const steps = preprocessing === undefined ? '' : `\n${inRunningOrder(preprocessing).join(',')}`;
  return createHash('sha256').update(hashes).update(steps).digest('hex').slice(0, 12);
}

/** A file that exists in its bundle's folder and has the size of the manifest. */
export interface LocatedFile extends BundleFile {
  readonly path: string;
}

/**
 * Checks the size and hash of each file.
 *
 * @throws StartupError naming a file that is missing, differs or lies outside the folder
 */
export async function verifyFiles(folder: string, files: readonly BundleFile[]): Promise<void> {
  await verifyHashes(await locateFiles(folder, files));
}

/**
 * Checks the place and size of each file, which takes no time.
 *
 * @throws StartupError naming a file that is missing, lies outside the folder or has another size
 */
export async function locateFiles(
  folder: string,
  files: readonly BundleFile[],
): Promise<LocatedFile[]> {
  const root = await realPathOf(folder);
  return Promise.all(files.map((file) => locateFile(root, file)));
}

/** @throws StartupError naming a file whose hash is not that of the manifest */
export async function verifyHashes(files: readonly LocatedFile[]): Promise<void> {
  await Promise.all(files.map(verifyHash));
}

async function locateFile(root: string, file: BundleFile): Promise<LocatedFile> {
  const path = await realPathOf(join(root, file.name));
  if (!path.startsWith(root + sep)) {
    throw new StartupError(`The model file ${file.name} lies outside its bundle: ${path}`);
  }
  const { size } = await stat(path);
  if (size !== file.bytes) {
    throw new StartupError(
      `The model file ${path} has ${size} bytes, the manifest says ${file.bytes}; fetch the bundle again`,
    );
  }
  return { ...file, path };
}

async function verifyHash({ path, sha256: expected }: LocatedFile): Promise<void> {
  const sha256 = await sha256Of(path);
  if (sha256 !== expected) {
    throw new StartupError(
      `The model file ${path} has SHA-256 ${sha256}, the manifest says ${expected}; fetch the bundle again`,
    );
  }
}

async function realPathOf(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    throw new StartupError(`The model file ${path} is missing`, { cause: error });
  }
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash);
  return hash.digest('hex');
}
