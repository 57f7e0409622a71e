import { exitNow } from '../../service/process/exit-now.ts';
import { releaseLocks } from './run-lock.ts';

type Task = () => Promise<void>;

const tasks = new Set<Task>();

let areWorkersLate = false;

/** Has a task done if the process ends because its output is closed. */
export function beforeExit(task: Task): void {
  tasks.add(task);
}

/**
 * Ends the inference workers of a model or pool. One that is still in a batch hides no error: it ends
 * with the process.
 */
export async function endWorkers(model: { close(): Promise<void> }): Promise<void> {
  await model.close().catch(() => {
    areWorkersLate = true;
  });
}

/** Exits with `process.exitCode` when all tasks are done. */
export async function exitAfterTasks(): Promise<never> {
  await Promise.allSettled([...tasks].map((task) => task()));
  exit();
}

/** Exits with `process.exitCode`, without waiting for workers that have not ended in time. */
export function exit(): never {
  if (areWorkersLate) {
    releaseLocks();
    exitNow(Number(process.exitCode ?? 0));
  }
  process.exit();
}
