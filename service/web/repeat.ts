/** A panel that could not be filled is tried again this soon. */
export const RETRY_MS = 4_000;

/**
 * Runs a task now, and again so long after it has ended, while the page is visible; sooner if it
 * resolves to false. A page that becomes visible again is updated at once. Returns a function that
 * runs the task as soon as possible.
 */
export function repeatWhileVisible(task: () => Promise<boolean>, everyMs: number): () => void {
  let timer: number | undefined;
  let running = false;
  let again = false;
  const run = async () => {
    again = running;
    if (running) return;
    window.clearTimeout(timer);
    running = true;
    const succeeded = await task();
    running = false;
    if (document.hidden) return;
    if (again) void run();
    else timer = window.setTimeout(run, succeeded ? everyMs : RETRY_MS);
  };
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden) void run();
  });
  void run();
  return () => void run();
}
