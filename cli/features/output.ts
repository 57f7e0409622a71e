import { mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { UsageError } from './arguments.ts';

/**
 * Lets `make` write something and puts it at `out` when it is whole: what is there is never half
 * done, also when `make` fails. The folder that `make` gets, for its other files, is deleted.
 *
 * @throws UsageError when `out` exists already, or the folder it shall be in does not
 */
export async function produce<Result>(
  out: string,
  make: (path: string, workDir: string) => Promise<Result>,
): Promise<Result> {
  const target = resolve(out);
  await expectAbsent(target, out);
  const workDir = await makeWorkDir(target);
  try {
    const path = join(workDir, 'out');
    const result = await make(path, workDir);
    await rename(path, target);
    return result;
  } finally {
    await rm(workDir, { recursive: true, force: true });
  }
}

/** Beside what is made: a rename does not cross file systems. */
async function makeWorkDir(target: string): Promise<string> {
  try {
    return await mkdtemp(join(dirname(target), `.${basename(target)}.partial-`));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new UsageError(`nothing can be written into ${dirname(target)}: ${reason}`, { cause });
  }
}

async function expectAbsent(target: string, out: string): Promise<void> {
  const found = await stat(target).catch(() => undefined);
  if (!found) return;
  const isEmptyFolder = found.isDirectory() && (await readdir(target)).length === 0;
  if (!isEmptyFolder) throw new UsageError(`${out} exists already; delete it or name another`);
}
