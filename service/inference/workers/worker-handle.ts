import { Worker } from 'node:worker_threads';
import { messageOf } from './message-of.ts';
import {
  type BatchMessage,
  CLOSE,
  type WorkerMessage,
  type WorkerSettings,
} from './worker-protocol.ts';

/** A batch on its way through a worker. */
export interface Job {
  readonly sequences: readonly (readonly number[])[];
}

/** What the pool wants to hear of a worker. */
export interface InferenceWorkerEvents {
  onReady(): void;
  /** Logits of all texts one after another. */
  onLogits(logits: Float32Array): void;
  /** The thread has ended, whoever wanted it. */
  onExit(error: Error): void;
}

/** One worker thread: it loads, then computes one job at a time. */
export class InferenceWorker {
  readonly #worker: Worker;
  readonly #exited: Promise<void>;
  #lastError: Error | null = null;

  constructor(url: URL, settings: WorkerSettings, events: InferenceWorkerEvents) {
    // ONNX Runtime would give this machine an id and send what it sees to its maker. Set here,
    // because native code reads the variables of the process, not those of a worker thread.
    process.env.ORT_DISABLE_TELEMETRY = '1';
    this.#worker = new Worker(url, { workerData: settings, name: 'inference' });
    this.#worker.on('message', (message: WorkerMessage) => {
      if (message.kind === 'ready') events.onReady();
      else events.onLogits(message.logits);
    });
    this.#worker.on('error', (error) => {
      this.#lastError = new Error(messageOf(error), { cause: error });
    });
    this.#exited = new Promise((resolve) => {
      this.#worker.on('exit', (code) => {
        resolve();
        events.onExit(this.#lastError ?? new Error(`The worker ended with code ${code}`));
      });
    });
  }

  /** Packs the job's texts for the worker, which pads them. */
  run(job: Job): void {
    const lengths = Int32Array.from(job.sequences, (ids) => ids.length);
    const ids = new Int32Array(lengths.reduce((sum, length) => sum + length, 0));
    let at = 0;
    for (const sequence of job.sequences) {
      ids.set(sequence, at);
      at += sequence.length;
    }
    const batch: BatchMessage = { ids, lengths };
    this.#worker.postMessage(batch, [ids.buffer, lengths.buffer]);
  }

  /** Resolves when the thread has ended: after the job it is at. */
  async close(): Promise<void> {
    this.#worker.postMessage(CLOSE);
    await this.#exited;
  }
}
