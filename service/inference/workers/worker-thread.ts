/**
 * Entry point of an inference worker, built as dist/inference-worker.js: one session with one
 * thread. `session.run` blocks the thread that calls it, so it must not be the main thread. An
 * error ends the worker, and the pool replaces it.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import {
  type BatchMessage,
  CLOSE,
  type WorkerMessage,
  type WorkerSettings,
} from './worker-protocol.ts';

const settings: WorkerSettings = workerData;
const port = parentPort;
if (port === null) throw new Error('This file must run in a worker thread');

const session = await InferenceSession.create(settings.modelPath, {
  executionMode: 'sequential',
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  graphOptimizationLevel: settings.graphOptimization,
});

function send(message: WorkerMessage, transfer: ArrayBuffer[] = []): void {
  port?.postMessage(message, transfer);
}

/** Logits of all texts one after another. */
async function compute({ ids, lengths }: BatchMessage): Promise<Float32Array<ArrayBuffer>> {
  const longest = Math.max(...lengths);
  const shape = [lengths.length, longest];
  const inputIds = new BigInt64Array(lengths.length * longest).fill(BigInt(settings.padId));
  const mask = new BigInt64Array(lengths.length * longest);
  let read = 0;
  lengths.forEach((length, row) => {
    for (let column = 0; column < length; column++) {
      inputIds[row * longest + column] = BigInt(ids[read++] ?? settings.padId);
      mask[row * longest + column] = 1n;
    }
  });
  const { logits } = await session.run({
    input_ids: new Tensor('int64', inputIds, shape),
    attention_mask: new Tensor('int64', mask, shape),
  });
  if (!(logits?.data instanceof Float32Array)) {
    throw new Error('The model has no output "logits" of float32');
  }
  return new Float32Array(logits.data);
}

for (const length of settings.warmUpLengths) {
  await compute({
    ids: new Int32Array(length).fill(settings.padId),
    lengths: new Int32Array([length]),
  });
}

port.on('message', async (message: BatchMessage | typeof CLOSE) => {
  if (message === CLOSE) {
    // Only the port keeps the thread alive: it ends after its current batch.
    port.close();
    return;
  }
  const logits = await compute(message);
  send({ kind: 'logits', logits }, [logits.buffer]);
});
send({ kind: 'ready' });
