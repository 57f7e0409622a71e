import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CliError, reasonOf } from '../kit/errors.ts';
import { say } from '../kit/printable.ts';
import type { ProgressOutput } from '../kit/progress.ts';
import { takeLock } from '../kit/run-lock.ts';

const POLL_MS = 200;

/** Codes of a folder that this process may read but not write. */
const READ_ONLY = new Set(['EROFS', 'EACCES', 'EPERM']);

/** Runs an action while no other process changes the models of a folder: waits for one that does. */
export async function withModelsLock<T>(
  modelsDir: string,
  output: ProgressOutput,
  action: () => Promise<T>,
): Promise<T> {
  const release = await waitForLock(modelsDir, output);
  try {
    return await action();
  } finally {
    release();
  }
}

/** @returns releases the lock */
async function waitForLock(modelsDir: string, output: ProgressOutput): Promise<() => void> {
  for (let isSaid = false; ; isSaid = true) {
    const lock = await takeLock(join(modelsDir, '.lock')).catch((cause: unknown) => {
      const { code = '', syscall } = cause as NodeJS.ErrnoException;
      // If no lock can be written, the models cannot be changed either.
      if (syscall !== 'scandir' && READ_ONLY.has(code)) return () => {};
      if (syscall !== 'scandir') throw cause;
      throw new CliError(
        `${modelsDir} cannot be read: ${reasonOf(cause)}; MODELS_DIR must name the folder of manifest.json`,
        { cause },
      );
    });
    if (typeof lock === 'function') return lock;
    if (!isSaid) {
      say(
        output,
        `Waiting for process ${lock.pid}, which changes the models, too (its lock: ${lock.path}).`,
      );
    }
    await sleep(POLL_MS * (1 + Math.random()));
  }
}
