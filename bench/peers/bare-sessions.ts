import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { SessionSettings } from './session.ts';

const ANSWER_TIMEOUT_MS = 300_000;

export type SessionTask =
  /** Scores the sequences in turn, over and over, until the time has passed. */
  | { readonly kind: 'saturate'; readonly durationMs: number }
  /** Scores one sequence. */
  | { readonly kind: 'once'; readonly index: number };

export interface SessionResult {
  /** Number of scored sequences, and the time they took. */
  readonly scored: number;
  readonly elapsedMs: number;
}

export interface SessionWorkerData {
  readonly settings: SessionSettings;
  readonly sequences: readonly (readonly number[])[];
}

/**
 * onnxruntime-node as a program without a server would use it: sessions in worker threads, one
 * text at a time. One worker is the same as a session behind a mutex.
 */
export class BareSessions {
  readonly #workers: readonly Worker[];

  private constructor(workers: readonly Worker[]) {
    this.#workers = workers;
  }

  static async start(
    workers: number,
    settings: SessionSettings,
    sequences: readonly (readonly number[])[],
  ): Promise<BareSessions> {
    // Native code reads the variables of the process, not those of a worker.
    process.env.ORT_DISABLE_TELEMETRY = '1';
    const started = await Promise.all(
      Array.from({ length: workers }, async (_, index) => {
        // Workers begin at different texts, as they would with a shared queue.
        const first = Math.floor((index * sequences.length) / workers);
        const own = [...sequences.slice(first), ...sequences.slice(0, first)];
        const workerData: SessionWorkerData = { settings, sequences: own };
        const worker = new Worker(new URL('./bare-session-worker.ts', import.meta.url), {
          workerData,
        });
        await once(worker, 'message', { signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS) });
        return worker;
      }),
    );
    return new BareSessions(started);
  }

  /** Sequences scored per second by all workers together. */
  async perSecond(durationMs: number): Promise<number> {
    const results = await this.#ask({ kind: 'saturate', durationMs });
    return results.reduce((sum, { scored, elapsedMs }) => sum + (scored / elapsedMs) * 1000, 0);
  }

  /** Milliseconds that one sequence takes in the first worker. */
  async timeOf(index: number): Promise<number> {
    const [result] = await this.#ask({ kind: 'once', index });
    return result?.elapsedMs ?? Number.NaN;
  }

  async stop(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }

  #ask(task: SessionTask): Promise<SessionResult[]> {
    return Promise.all(
      this.#workers.map(async (worker) => {
        worker.postMessage(task);
        const [result] = await once(worker, 'message', {
          signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
        });
        return result;
      }),
    );
  }
}
