/**
 * Cost of handing a batch to a worker and getting its logits back, in microseconds a round
 * trip: buffers transferred, buffers copied, and memory that both share. See docs/adr/0013.
 *
 *     node bench/probes/batch-messages.ts
 */
import { once } from 'node:events';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { summarize } from '../statistics.ts';

const ARMS = ['transferred', 'copied', 'shared'] as const;
type Arm = (typeof ARMS)[number];

const ROUNDS = 9;
const TRIPS = 5_000;
const CLASSES = 3;
/** Texts of a batch, at 24 tokens each: a lone post, and a full budget. */
const BATCHES = [1, 10];
const TOKENS = 24;

interface Settings {
  readonly arm: Arm;
  /** Room for the ids, the lengths and the logits of the largest batch. */
  readonly memory: SharedArrayBuffer;
}

if (isMainThread) await measure();
else answer(workerData);

async function measure(): Promise<void> {
  const memory = new SharedArrayBuffer(4 * 10 * (TOKENS + 1 + CLASSES));
  const workers = new Map<Arm, Worker>();
  for (const arm of ARMS) {
    const worker = new Worker(new URL(import.meta.url), { workerData: { arm, memory } });
    await once(worker, 'message');
    workers.set(arm, worker);
  }
  for (const texts of BATCHES) {
    const micros = new Map(ARMS.map((arm) => [arm, [] as number[]]));
    for (let round = 0; round < ROUNDS; round++) {
      for (const [arm, worker] of workers) {
        micros.get(arm)?.push(await roundTripMicros(worker, { arm, memory }, texts));
      }
    }
    for (const [arm, values] of micros) {
      const { median, lowest, highest } = summarize(values);
      console.log(
        `${texts} texts, ${arm}: ${median.toFixed(1)} µs (${lowest.toFixed(1)} to ${highest.toFixed(1)})`,
      );
    }
  }
  for (const worker of workers.values()) worker.postMessage(null);
}

async function roundTripMicros(worker: Worker, settings: Settings, texts: number): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let trips = 0;
  const onMessage = () => {
    if (trips++ < TRIPS) send(worker, settings, texts);
    else resolve();
  };
  worker.on('message', onMessage);
  const startedMs = performance.now();
  onMessage();
  await promise;
  worker.off('message', onMessage);
  return ((performance.now() - startedMs) * 1000) / TRIPS;
}

function send(worker: Worker, { arm, memory }: Settings, texts: number): void {
  if (arm === 'shared') {
    new Int32Array(memory).fill(7, 0, texts * (TOKENS + 1));
    worker.postMessage(texts);
    return;
  }
  const ids = new Int32Array(texts * TOKENS).fill(7);
  const lengths = new Int32Array(texts).fill(TOKENS);
  worker.postMessage(
    { ids, lengths },
    arm === 'transferred' ? [ids.buffer, lengths.buffer] : undefined,
  );
}

/** A worker that answers every batch with logits of zero. */
function answer({ arm, memory }: Settings): void {
  parentPort?.on('message', (message: null | number | { readonly lengths: Int32Array }) => {
    if (message === null) parentPort?.close();
    else if (typeof message === 'number') {
      new Float32Array(memory).fill(0, 0, message * CLASSES);
      parentPort?.postMessage(message);
    } else {
      const logits = new Float32Array(message.lengths.length * CLASSES);
      parentPort?.postMessage(logits, arm === 'transferred' ? [logits.buffer] : undefined);
    }
  });
  parentPort?.postMessage('ready');
}
