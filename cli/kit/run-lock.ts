import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { CliError, reasonOf } from './errors.ts';

const held = new Set<() => void>();

/**
 * Keeps other processes away from a file until this process exits or releases it. The lock
 * `FILE.lock` holds the id of its process; one whose process has ended is taken over.
 *
 * @param alternative how to choose another file
 * @returns releases the lock
 * @throws CliError when another process has the lock, or it cannot be written
 */
export function lockForThisRun(file: string, alternative: string): () => void {
  const path = `${file}.lock`;
  if (hasEnded(ownerOf(path))) rmSync(path, { force: true });
  try {
    writeFileSync(path, String(process.pid), { flag: 'wx' });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') {
      throw new CliError(`${path} cannot be written: ${reasonOf(cause)}`, { cause });
    }
    throw new CliError(
      `${file} is in use by process ${ownerOf(path) ?? 'unknown'}; wait for its end, or ${alternative} ` +
        `(if there is no such process, delete ${path})`,
      { cause },
    );
  }
  const release = () => {
    held.delete(release);
    if (held.size === 0) process.off('exit', releaseLocks);
    rmSync(path, { force: true });
  };
  if (held.size === 0) process.once('exit', releaseLocks);
  held.add(release);
  return release;
}

/** Releases all locks of a process that ends without the event `exit`. */
export function releaseLocks(): void {
  for (const release of held) release();
}

/** Process id in the lock; undefined without a lock, or if it holds no id. */
function ownerOf(path: string): number | undefined {
  try {
    const text = readFileSync(path, 'utf8');
    return /^[1-9]\d{0,9}$/.test(text) ? Number(text) : undefined;
  } catch {
    return undefined;
  }
}

/** True if the lock's process has ended; the id of this process in it is of an earlier process. */
function hasEnded(pid: number | undefined): boolean {
  if (pid === undefined) return false;
  if (pid === process.pid) return true;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}
