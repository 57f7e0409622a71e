import { randomUUID } from 'node:crypto';
import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CliError, reasonOf } from '../kit/errors.ts';
import { say } from '../kit/printable.ts';
import type { ProgressOutput } from '../kit/progress.ts';

/** `.lock-PID-ID`: one file per process, so that none deletes the lock of another. */
const LOCK = /^\.lock-(\d+)-[0-9a-f-]+$/;
const POLL_MS = 200;

/**
 * Runs an action while no other process changes the models of a folder: waits for one that does.
 *
 * A process announces itself by a file, then looks for others; of two at once, each sees the other
 * and steps back for a random time. A lock whose process has ended is removed.
 */
export async function withModelsLock<T>(
  modelsDir: string,
  output: ProgressOutput,
  action: () => Promise<T>,
): Promise<T> {
  const own = `.lock-${process.pid}-${randomUUID()}`;
  const path = join(modelsDir, own);
  let isSaid = false;
  for (;;) {
    const holder =
      (await findHolder(modelsDir, own, output)) ?? (await announce(path, modelsDir, own, output));
    if (holder === undefined) break;
    if (!isSaid) {
      say(
        output,
        `Waiting for process ${holder.pid}, which changes the models, too (its lock: ${holder.path}).`,
      );
    }
    isSaid = true;
    await sleep(POLL_MS * (1 + Math.random()));
  }
  try {
    return await action();
  } finally {
    await rm(path, { force: true });
  }
}

interface Holder {
  readonly pid: number;
  readonly path: string;
}

/** Creates the lock. If another process was faster, removes it and returns that process. */
async function announce(
  path: string,
  modelsDir: string,
  own: string,
  output: ProgressOutput,
): Promise<Holder | undefined> {
  try {
    await writeFile(path, '', { flag: 'wx' });
  } catch (error) {
    // If no lock can be written, the models cannot be changed either.
    if (isReadOnly(error)) return undefined;
    throw error;
  }
  const holder = await findHolder(modelsDir, own, output);
  if (holder !== undefined) await rm(path, { force: true });
  return holder;
}

/** Another process that lives and has a lock; locks of processes that have ended are removed. */
async function findHolder(
  modelsDir: string,
  own: string,
  output: ProgressOutput,
): Promise<Holder | undefined> {
  const names = await readdir(modelsDir).catch((cause: unknown) => {
    const reason = reasonOf(cause);
    throw new CliError(
      `${modelsDir} cannot be read: ${reason}; MODELS_DIR must name the folder of manifest.json`,
      { cause },
    );
  });
  for (const name of names) {
    const pid = Number(LOCK.exec(name)?.[1] ?? Number.NaN);
    if (Number.isNaN(pid) || name === own) continue;
    const path = join(modelsDir, name);
    if (isAlive(pid)) return { pid, path };
    await rm(path, { force: true });
    say(output, `Process ${pid} has ended without removing its lock; the lock is removed.`);
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

function isReadOnly(error: unknown): boolean {
  return ['EROFS', 'EACCES', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '');
}
