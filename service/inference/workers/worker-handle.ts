import { Worker } from 'node:worker_threads';
import {
  type BatchMessage,
  CLOSE,
  type WorkerMessage,
  type WorkerSettings,
} from './worker-protocol.ts';

/** Token sequences that a worker computes as one batch. */
export interface Job {
  readonly sequences: readonly (readonly number[])[];
}

export interface WorkerHandleEvents {
  onReady(): void;
  /** Called with the logits of all texts one after another. */
  onLogits(logits: Float32Array): void;
  /** Called when the thread has ended, expected or not. */
  onExit(error: Error): void;
}

/** Main thread's handle of one worker thread, which loads and then computes one job at a time. */
export class WorkerHandle {
  readonly #worker: Worker;
  readonly #exited: Promise<void>;
  #lastError: Error | null = null;

  constructor(url: URL, settings: WorkerSettings, events: WorkerHandleEvents) {
    // Disable ONNX Runtime telemetry. Native code reads the environment of the process, not that
    // of a worker thread, so it is set here.
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

  /** Packs the job's texts and sends them; the worker pads them. */
  send(job: Job): void {
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

  /** Resolves when the thread has ended, after its current job. */
  async close(): Promise<void> {
    this.#worker.postMessage(CLOSE);
    await this.#exited;
  }
}

/** Reads `message` structurally: errors from a worker thread may fail `instanceof Error`. */
export function messageOf(error: unknown): string {
  const hasMessage = typeof error === 'object' && error !== null && 'message' in error;
  return String(hasMessage ? error.message : error);
}
