import { link, mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { CliError, reasonOf } from '../kit/errors.ts';

/** Kind of an output; an empty folder may take the place of one to write. */
export type OutputKind = 'file' | 'folder';

/**
 * Has `make` write a file or folder and moves it to `out` when it is complete: `out` is never
 * partial, also when `make` fails. The work folder is deleted.
 *
 * @throws CliError when `out` exists already, or its parent is not a writable directory
 */
export async function produce<Result>(
  out: string,
  kind: OutputKind,
  make: (path: string, workDir: string) => Promise<Result>,
): Promise<Result> {
  const target = resolve(out);
  await expectAbsent(target, kind, out);
  const workDir = await makeWorkDir(target);
  try {
    const path = join(workDir, 'out');
    const result = await make(path, workDir);
    await moveTo(target, path, kind, out);
    return result;
  } finally {
    await rm(workDir, { recursive: true, force: true });
  }
}

async function moveTo(target: string, path: string, kind: OutputKind, out: string): Promise<void> {
  try {
    // A rename replaces a file that another command made meanwhile, but not a folder that holds something.
    if (kind === 'file' && (await isLinked(path, target))) return;
    await rename(path, target);
  } catch (error) {
    await expectAbsent(target, kind, out);
    throw error;
  }
}

/** Adds the name `target`. False on file systems without hard links. @throws an error if it exists */
async function isLinked(path: string, target: string): Promise<boolean> {
  try {
    await link(path, target);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw error;
    return false;
  }
}

/** Next to the output: a rename does not cross file systems. */
async function makeWorkDir(target: string): Promise<string> {
  try {
    await mkdir(dirname(target), { recursive: true });
    return await mkdtemp(join(dirname(target), `.${basename(target)}.partial-`));
  } catch (cause) {
    throw new CliError(`${dirname(target)} is not a writable directory: ${reasonOf(cause)}`, {
      cause,
    });
  }
}

async function expectAbsent(target: string, kind: OutputKind, out: string): Promise<void> {
  const found = await stat(target).catch(() => undefined);
  if (!found) return;
  const isReplaced =
    kind === 'folder' && found.isDirectory() && (await readdir(target)).length === 0;
  if (!isReplaced) throw new CliError(`${out} exists already; delete it or choose another`);
}
