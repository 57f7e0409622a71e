import { randomBytes } from 'node:crypto';
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CliError, reasonOf } from './errors.ts';

const held = new Set<() => void>();

/** Longest time for which one of two processes at once steps back. */
const STEP_BACK_MS = 50;

/** Another process that has a lock. */
export interface Holder {
  readonly pid: number;
  /** File of its lock. */
  readonly path: string;
}

/**
 * Takes a lock until this process exits or releases it.
 *
 * A process announces itself by a file, then looks for others; of two at once, each sees the other
 * and steps back for a random time. The file is `PATH-PID-ID`, one per process, so that none deletes
 * the lock of another. A lock whose process has ended is removed.
 *
 * @returns releases the lock; or the process that has it
 * @throws an error of the system when the lock's folder cannot be read or written
 */
export async function takeLock(path: string): Promise<(() => void) | Holder> {
  const own = `${path}-${process.pid}-${randomBytes(4).toString('hex')}`;
  for (;;) {
    const holder = otherHolder(path, own);
    if (holder) return holder;
    writeFileSync(own, '', { flag: 'wx' });
    if (!otherHolder(path, own)) return releaseOf(own);
    rmSync(own, { force: true });
    await sleep(STEP_BACK_MS * Math.random());
  }
}

/**
 * Keeps other processes away from a file until this process exits or releases it.
 *
 * @param alternative how to choose another file
 * @returns releases the lock
 * @throws CliError when another process has the lock, or it cannot be written
 */
export async function lockForThisRun(file: string, alternative: string): Promise<() => void> {
  const path = `${file}.lock`;
  const lock = await takeLock(path).catch((cause: unknown) => {
    throw new CliError(`${path} cannot be written: ${reasonOf(cause)}`, { cause });
  });
  if (typeof lock === 'function') return lock;
  throw new CliError(
    `${file} is in use by process ${lock.pid}; wait for its end, or ${alternative} ` +
      `(if there is no such process, delete ${lock.path})`,
  );
}

/** Releases all locks of a process that ends without the event `exit`. */
export function releaseLocks(): void {
  for (const release of held) release();
}

function releaseOf(own: string): () => void {
  const release = () => {
    held.delete(release);
    if (held.size === 0) process.off('exit', releaseLocks);
    rmSync(own, { force: true });
  };
  if (held.size === 0) process.once('exit', releaseLocks);
  held.add(release);
  return release;
}

/** Another process that lives and has the lock; locks of processes that have ended are removed. */
function otherHolder(path: string, own: string): Holder | undefined {
  const folder = dirname(path);
  const start = `${basename(path)}-`;
  for (const name of readdirSync(folder)) {
    if (!name.startsWith(start) || name === basename(own)) continue;
    const pid = Number(/^(\d+)-[\da-f-]+$/.exec(name.slice(start.length))?.[1] ?? Number.NaN);
    if (Number.isNaN(pid)) continue;
    const found = join(folder, name);
    if (isAlive(pid)) return { pid, path: found };
    rmSync(found, { force: true });
  }
  return undefined;
}

function isAlive(pid: number): boolean {
  // A lock with this process's number that it did not create is of an earlier process.
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
