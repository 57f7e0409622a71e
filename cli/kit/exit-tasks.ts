type Task = () => Promise<void>;

const tasks = new Set<Task>();

/** Has a task done if the process ends because its output is closed. */
export function beforeExit(task: Task): void {
  tasks.add(task);
}

/** Exits with `process.exitCode` when all tasks are done. */
export async function exitAfterTasks(): Promise<never> {
  await Promise.allSettled([...tasks].map((task) => task()));
  process.exit();
}
