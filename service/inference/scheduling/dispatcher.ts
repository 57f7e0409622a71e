import type { Metrics } from '../../application/ports/metrics.ts';
import type { Clock } from '../clock.ts';
import type { WorkerPool } from '../workers/worker-pool.ts';
import type { DrainRate } from './drain-rate.ts';
import type { Batch } from './entry.ts';
import type { Scheduler } from './scheduler.ts';
import type { CallText } from './score-call.ts';

export interface DispatcherOptions {
  readonly scheduler: Scheduler<CallText>;
  /** Learns from each batch. */
  readonly drainRate: DrainRate;
  readonly metrics: Metrics;
  readonly clock: Clock;
}

/** Gives batches of the scheduler to free workers, and their logits to the calls. */
export class Dispatcher {
  readonly #options: DispatcherOptions;
  #pool: WorkerPool | null = null;

  constructor(options: DispatcherOptions) {
    this.#options = options;
  }

  /** Sets the workers; without them texts wait. */
  use(pool: WorkerPool): void {
    this.#pool = pool;
  }

  /** Busy share of the workers, 0 to 1. */
  busyShare(): number {
    return this.#pool?.busyShare() ?? 0;
  }

  /** Gives work to every free worker. */
  dispatch(): void {
    const { clock, metrics, scheduler } = this.#options;
    while (this.#pool?.hasIdle === true) {
      const nowMs = clock.nowMs();
      const { batch, expired } = scheduler.take(nowMs);
      if (expired.length > 0) metrics.record('ExpiredEntries', expired.length);
      if (batch === null) return;
      for (const { enqueuedAtMs, waiters } of batch.entries) {
        metrics.record('QueueWait', nowMs - enqueuedAtMs);
        for (const { caller } of waiters) caller.call.start(nowMs);
      }
      this.#compute(this.#pool, batch, nowMs);
    }
  }

  #compute(pool: WorkerPool, batch: Batch<CallText>, startedMs: number): void {
    pool.compute({ sequences: batch.entries.map(({ ids }) => ids) }).then(
      (logits) => this.#answer(batch, logits, startedMs),
      (error: unknown) => this.#fail(batch, error),
    );
  }

  #answer(batch: Batch<CallText>, logits: Float32Array, startedMs: number): void {
    const { clock, drainRate, scheduler } = this.#options;
    const { length: texts } = batch.entries;
    const endedMs = clock.nowMs();
    drainRate.learn({ texts, units: batch.cost, ms: endedMs - startedMs }, endedMs);
    const width = logits.length / texts;
    for (const [row, waiters] of scheduler.finish(batch).entries()) {
      const rowLogits = logits.subarray(row * width, (row + 1) * width);
      for (const { caller } of waiters) caller.call.answer(caller.index, rowLogits);
    }
  }

  #fail(batch: Batch<CallText>, cause: unknown): void {
    for (const { caller } of this.#options.scheduler.finish(batch).flat()) {
      caller.call.fail(new Error('The inference failed', { cause }));
    }
  }
}
