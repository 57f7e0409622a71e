/** The engine's worker thread, which Node runs from its source. */
export const WORKER_URL = new URL(
  '../../service/inference/workers/worker-thread.ts',
  import.meta.url,
);
