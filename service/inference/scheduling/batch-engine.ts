import type { Metrics } from '../../application/ports/metrics.ts';
import type { ModelLoad, Reservation } from '../../application/ports/sentiment-model.ts';
import type { Deadline, RequestContext } from '../../application/request-context.ts';
import { AbandonedError, OverloadedError, ShuttingDownError } from '../../domain/errors.ts';
import { WorkerPool, type WorkerPoolOptions } from '../workers/worker-pool.ts';
import { AcceptedWork, UNDER_WAY } from './accepted-work.ts';
import { Admission } from './admission.ts';
import { DrainRate, textCost } from './drain-rate.ts';
import { type Batch, Scheduler } from './scheduler.ts';
import { type Caller, ScoreCall } from './score-call.ts';

/** The most urgent text is passed over for a fuller bucket no longer than a few batches take. */
const MAX_PASS_OVER_MS = 50;

/** Bounds memory whatever the deadlines: ten seconds of a fast model on eight workers. */
const MAX_TEXTS = 20_000;

const SATURATION_INTERVAL_MS = 5_000;

export interface BatchEngineOptions
  extends Omit<WorkerPoolOptions, 'onIdle' | 'onRestart' | 'onFatal'> {
  readonly tokenBudget: number;
  readonly maxTokens: number;
  readonly metrics: Metrics;
  readonly onRestart: (error: Error) => void;
  readonly onFatal: (reason: string) => void;
}

/** Token sequences in, logits out: queue, admission and workers behind one call. */
export class BatchEngine {
  readonly #options: BatchEngineOptions;
  readonly #scheduler: Scheduler<Caller>;
  readonly #admission: Admission;
  readonly #drainRate = new DrainRate();
  readonly #work = new AcceptedWork();
  readonly #calls = new Set<ScoreCall>();
  readonly #saturationTimer: NodeJS.Timeout;
  #pool: WorkerPool | null = null;
  /** Why nothing is accepted any more. */
  #refusal: (() => Error) | null = null;

  private constructor(options: BatchEngineOptions) {
    const { workers, tokenBudget, maxTokens, metrics } = options;
    this.#options = options;
    this.#scheduler = new Scheduler({
      workers,
      tokenBudget,
      maxTokens,
      maxPassOverMs: MAX_PASS_OVER_MS,
      work: this.#work,
    });
    this.#admission = new Admission({
      workers,
      maxTexts: MAX_TEXTS,
      drainRate: this.#drainRate,
      work: this.#work,
      waiters: () => this.#scheduler.waiters,
    });
    this.#saturationTimer = setInterval(
      () => metrics.record('WorkerSaturation', 100 * this.load().saturation),
      SATURATION_INTERVAL_MS,
    );
    this.#saturationTimer.unref();
  }

  /** @throws StartupError when a worker cannot start */
  static async start(options: BatchEngineOptions): Promise<BatchEngine> {
    const engine = new BatchEngine(options);
    try {
      engine.#pool = await WorkerPool.start({
        ...options,
        onIdle: () => engine.#dispatch(),
        onRestart: (error) => {
          options.metrics.record('WorkerRestarts', 1);
          options.onRestart(error);
        },
        onFatal: (reason) => {
          engine.#refuse(unavailable);
          options.onFatal(reason);
        },
      });
    } catch (error) {
      clearInterval(engine.#saturationTimer);
      throw error;
    }
    return engine;
  }

  load(): ModelLoad {
    return {
      workers: this.#options.workers,
      saturation: this.#pool?.busyShare() ?? 0,
      queuedTexts: this.#scheduler.queuedTexts,
    };
  }

  /**
   * Holds room for texts, of the length usual of late where `tokens` is not given.
   *
   * @throws OverloadedError when they could not be answered by the deadline
   */
  hold(texts: number, deadline: Deadline, tokens?: number): Reservation {
    const cost =
      tokens === undefined ? texts * this.#drainRate.unitsPerText : texts * textCost(0) + tokens;
    return this.#admit(texts, () => this.#admission.hold(texts, cost, deadline, performance.now()));
  }

  /**
   * Refuses sequences that could not be answered by the deadline.
   *
   * @throws OverloadedError
   */
  check(sequences: readonly (readonly number[])[], deadline: Deadline): void {
    const cost = sequences.reduce((sum, ids) => sum + textCost(ids.length), 0);
    this.#admit(sequences.length, () =>
      this.#admission.check(sequences.length, cost, deadline, performance.now()),
    );
  }

  /**
   * Logits by sequence: same length, same order. Adds the stages `queue` and `infer` to the
   * context's timings.
   *
   * @throws OverloadedError when the deadline passes first
   * @throws AbandonedError when the signal is aborted first
   */
  async run(
    sequences: readonly (readonly number[])[],
    context: RequestContext,
  ): Promise<Float32Array[]> {
    if (this.#refusal !== null) throw this.#refusal();
    if (context.signal.aborted) throw new AbandonedError('The caller has gone');
    if (sequences.length === 0) return [];

    const nowMs = performance.now();
    const deadlineAtMs = context.deadline.atMs;
    const waits: (() => void)[] = [];
    const call = new ScoreCall(sequences.length, context, {
      deadlineError: () => this.#admission.deadlineError(performance.now()),
      onSettled: () => {
        this.#calls.delete(call);
        for (const leave of waits) leave();
      },
    });
    this.#calls.add(call);
    for (const [index, ids] of sequences.entries()) {
      const waiter = { caller: { call, index }, deadlineAtMs };
      const entry = this.#scheduler.add(ids, waiter, nowMs);
      if (entry.takenAtMs !== null) call.start(nowMs);
      waits.push(() => {
        if (this.#scheduler.leave(entry, waiter)) this.#options.metrics.record('ExpiredEntries', 1);
      });
    }
    this.#dispatch();
    return call.logits;
  }

  /** Refuses what waits and ends the workers. */
  async close(): Promise<void> {
    this.#refuse(() => new ShuttingDownError());
    await this.#pool?.close();
  }

  #admit<Result>(texts: number, decide: () => Result): Result {
    if (this.#refusal !== null) throw this.#refusal();
    try {
      return decide();
    } catch (error) {
      if (error instanceof OverloadedError && texts > 0) this.#options.metrics.record('Shed', 1);
      throw error;
    }
  }

  /** Gives work to every worker that is free. */
  #dispatch(): void {
    while (this.#pool?.hasIdle === true) {
      const nowMs = performance.now();
      const { batch, expired } = this.#scheduler.take(nowMs);
      if (expired.length > 0) this.#options.metrics.record('ExpiredEntries', expired.length);
      if (batch === null) return;
      for (const { enqueuedAtMs, waiters } of batch.entries) {
        this.#options.metrics.record('QueueWait', nowMs - enqueuedAtMs);
        for (const { caller } of waiters) caller.call.start(nowMs);
      }
      void this.#compute(this.#pool, batch, nowMs);
    }
  }

  /** Never rejects: whatever happens is told to the callers. */
  async #compute(pool: WorkerPool, batch: Batch<Caller>, startedMs: number): Promise<void> {
    const sequences = batch.entries.map(({ ids }) => ids);
    const units = sequences.reduce((sum, ids) => sum + textCost(ids.length), 0);
    this.#work.add(units, UNDER_WAY);
    try {
      const logits = await pool.run({ sequences });
      const endedMs = performance.now();
      this.#drainRate.learn({ texts: sequences.length, units, ms: endedMs - startedMs }, endedMs);
      const width = logits.length / sequences.length;
      for (const [row, waiters] of this.#scheduler.finish(batch).entries()) {
        const rowLogits = logits.subarray(row * width, (row + 1) * width);
        for (const { caller } of waiters) caller.call.answer(caller.index, rowLogits);
      }
    } catch (error) {
      for (const { caller } of this.#scheduler.finish(batch).flat()) {
        caller.call.fail(new Error('The inference failed', { cause: error }));
      }
    } finally {
      this.#work.remove(units, UNDER_WAY);
    }
  }

  #refuse(reason: () => Error): void {
    if (this.#refusal !== null) return;
    this.#refusal = reason;
    clearInterval(this.#saturationTimer);
    for (const call of [...this.#calls]) call.fail(reason());
  }
}

function unavailable(): OverloadedError {
  return new OverloadedError(
    'The inference engine has stopped and the process is being replaced; send the request again.',
    { retryAfterSeconds: 1 },
  );
}
