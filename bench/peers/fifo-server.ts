/** Two bare sessions behind one queue: a session that is free takes what waits as one batch. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { peerSettings } from './settings.ts';
import { serveTexts, type TextServerSettings } from './text-server.ts';

const SESSIONS = 2;

/** Most texts of a batch. */
const MAX_BATCH = 16;

interface Waiting {
  readonly ids: readonly number[];
  readonly resolve: (logits: Float32Array) => void;
}

const settings = peerSettings<TextServerSettings>();
const queue: Waiting[] = [];
const idle = await Promise.all(Array.from({ length: SESSIONS }, startSession));

await serveTexts(settings, (ids) => {
  const { promise, resolve } = Promise.withResolvers<Float32Array>();
  queue.push({ ids, resolve });
  dispatch();
  return promise;
});

async function startSession(): Promise<Worker> {
  const worker = new Worker(new URL('./fifo-worker.ts', import.meta.url), {
    workerData: settings.session,
  });
  await once(worker, 'message');
  return worker;
}

function dispatch(): void {
  const worker = queue.length > 0 ? idle.pop() : undefined;
  if (!worker) return;
  const batch = queue.splice(0, MAX_BATCH);
  worker.once('message', (logits: Float32Array) => {
    idle.push(worker);
    dispatch();
    const labels = logits.length / batch.length;
    for (const [row, { resolve }] of batch.entries()) {
      resolve(logits.subarray(row * labels, (row + 1) * labels));
    }
  });
  worker.postMessage(batch.map(({ ids }) => ids));
}
