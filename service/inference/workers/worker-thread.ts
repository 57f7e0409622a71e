/**
 * Entry point of an inference worker, built as dist/inference-worker.js: one session with one
 * thread. `session.run` blocks the thread that calls it, so it must not be the main thread. An
 * error ends the worker, and the pool replaces it.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { InferenceSession } from 'onnxruntime-node';
import { logitsOf } from './logits.ts';
import { ModelInputs } from './model-inputs.ts';
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

const inputs = new ModelInputs(session, settings.padId);
const output = outputOf(session);

function send(message: WorkerMessage, transfer: ArrayBuffer[] = []): void {
  port?.postMessage(message, transfer);
}

/** Logits of all texts one after another. */
async function compute(batch: BatchMessage): Promise<Float32Array<ArrayBuffer>> {
  const outputs = await session.run(inputs.of(batch), [output]);
  return logitsOf(outputs[output], output);
}

/** "logits", or the only output. */
function outputOf({ outputNames }: InferenceSession): string {
  const [first] = outputNames;
  if (outputNames.includes('logits')) return 'logits';
  if (first !== undefined && outputNames.length === 1) return first;
  throw new Error(`The model has no output "logits"; it has ${outputNames.join(', ')}`);
}

if (settings.warmUpTokens > 0) {
  await compute({
    ids: new Int32Array(settings.warmUpTokens).fill(settings.padId),
    lengths: new Int32Array([settings.warmUpTokens]),
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
