import type { Metrics } from '../../application/ports/metrics.ts';
import type { ModelLoad, Reservation } from '../../application/ports/sentiment-model.ts';
import type { Deadline, RequestContext } from '../../application/request-context.ts';
import type { CpuFamily } from '../../contract/cpu-family.ts';
import { AbandonedError, OverloadedError, ShuttingDownError } from '../../domain/errors.ts';
import { type Clock, systemClock, type Timer } from '../clock.ts';
import { WorkerPool, type WorkerPoolOptions } from '../workers/worker-pool.ts';
import { Admission } from './admission.ts';
import { Dispatcher } from './dispatcher.ts';
import { DrainRate, textCost } from './drain-rate.ts';
import { BATCH_LENGTHS } from './length-buckets.ts';
import { Scheduler } from './scheduler.ts';
import { type CallText, ScoreCall } from './score-call.ts';

/** Limit on how long the most urgent text is passed over for a fuller bucket: a few batches. */
const MAX_PASS_OVER_MS = 50;

/** Bounds memory whatever the deadlines: ten seconds of a fast model on eight workers. */
const MAX_TEXTS = 20_000;

const SATURATION_INTERVAL_MS = 5_000;

export interface BatchEngineOptions extends Omit<WorkerPoolOptions, 'onIdle'> {
  /** Padded tokens (longest text x texts) that one batch may hold. */
  readonly tokenBudget: number;
  readonly maxTokens: number;
  /** Family of the CPUs that the workers run on. */
  readonly cpuFamily: CpuFamily;
  readonly metrics: Metrics;
}

/** Accepted texts, at an estimated cost until `score` settles it. */
export interface EngineReservation extends Reservation {
  /** Accepted at any real cost, because the caller has paid to read the texts. */
  readonly isFirm: boolean;
}

/** Token sequences in, logits out: admission, queue and workers behind one call. */
export class BatchEngine {
  readonly #options: BatchEngineOptions;
  readonly #clock: Clock;
  readonly #scheduler: Scheduler<CallText>;
  readonly #admission: Admission;
  readonly #dispatcher: Dispatcher;
  readonly #drainRate = new DrainRate();
  readonly #calls = new Set<ScoreCall>();
  readonly #saturationTimer: Timer;
  #starting: Promise<WorkerPool> | null = null;
  /** Makes the error for new work once the engine has stopped. */
  #refusal: (() => Error) | null = null;

  private constructor(options: BatchEngineOptions) {
    const { workers, tokenBudget, maxTokens, cpuFamily, metrics } = options;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#scheduler = new Scheduler({
      workers,
      tokenBudget,
      maxTokens,
      batchLengths: BATCH_LENGTHS[cpuFamily],
      maxPassOverMs: MAX_PASS_OVER_MS,
    });
    this.#admission = new Admission({
      workers,
      maxTexts: MAX_TEXTS,
      drainRate: this.#drainRate,
      accepted: this.#scheduler,
    });
    this.#dispatcher = new Dispatcher({
      scheduler: this.#scheduler,
      drainRate: this.#drainRate,
      metrics,
      clock: this.#clock,
    });
    this.#saturationTimer = this.#clock.every(SATURATION_INTERVAL_MS, () =>
      metrics.record('WorkerSaturation', 100 * this.load().saturation),
    );
  }

  /** @throws StartupError when a worker cannot start */
  static async start(options: BatchEngineOptions): Promise<BatchEngine> {
    const engine = BatchEngine.launch(options);
    await engine.ready();
    return engine;
  }

  /** Starts the workers without waiting for them: await `ready` before the first text. */
  static launch(options: BatchEngineOptions): BatchEngine {
    const engine = new BatchEngine(options);
    engine.#starting = engine.#startPool();
    // Reported by `ready`; until then a rejection must not end the process.
    engine.#starting.catch(() => undefined);
    return engine;
  }

  /**
   * Resolves when every worker has loaded the model.
   *
   * @throws StartupError when a worker cannot start
   */
  async ready(): Promise<void> {
    await this.#starting;
  }

  /** Takes the speed measured so far for that of a quiet machine; call it after a start-up check. */
  calibrate(): void {
    this.#drainRate.calibrate();
  }

  load(): ModelLoad {
    return {
      workers: this.#options.workers,
      saturation: this.#dispatcher.busyShare(),
      queuedTexts: this.#scheduler.queuedTexts,
    };
  }

  /**
   * Accepts texts before they are encoded. `score` settles the reservation at the real cost.
   *
   * @param tokens estimate for all texts. Without it the texts are still to be read: they count as
   * texts of the usual length, and the reservation is firm.
   * @throws OverloadedError when they could not be answered by the deadline
   */
  reserve(texts: number, deadline: Deadline, tokens?: number): EngineReservation {
    const cost =
      tokens === undefined ? texts * this.#drainRate.unitsPerText : texts * textCost(0) + tokens;
    // Read once: the deadline of a shared request may move.
    const { atMs } = deadline;
    this.#admit(texts, cost, atMs);
    return {
      scoringMs: this.#admission.timeFor(cost, this.#clock.nowMs()),
      release: this.#scheduler.reserve(texts, cost, atMs),
      isFirm: tokens === undefined,
    };
  }

  /**
   * Logits by sequence: same length, same order. Adds the stages `queue` and `infer` to the
   * context's timings.
   *
   * @param reservation settled here; without one the sequences are accepted unconditionally
   * @throws OverloadedError when the deadline passes first, or could not be met at the real cost
   * (never for a firm reservation)
   * @throws AbandonedError when the signal is aborted first
   */
  async score(
    sequences: readonly (readonly number[])[],
    context: RequestContext,
    reservation?: EngineReservation,
  ): Promise<Float32Array[]> {
    if (this.#refusal !== null) throw this.#refusal();
    if (context.signal.aborted) throw new AbandonedError();
    if (sequences.length === 0) return [];
    const deadlineAtMs = context.deadline.atMs;
    if (reservation !== undefined) this.#settle(reservation, sequences, deadlineAtMs);

    const nowMs = this.#clock.nowMs();
    const leaves: (() => void)[] = [];
    const call = new ScoreCall(
      sequences.length,
      context,
      {
        deadlineError: () => this.#admission.deadlineError(this.#clock.nowMs()),
        onSettled: () => {
          this.#calls.delete(call);
          for (const leave of leaves) leave();
        },
      },
      this.#clock,
    );
    this.#calls.add(call);
    for (const [index, ids] of sequences.entries()) {
      const waiter = { caller: { call, index }, deadlineAtMs };
      const entry = this.#scheduler.join(ids, waiter, nowMs);
      if (entry.takenAtMs !== null) call.start(nowMs);
      leaves.push(() => {
        if (this.#scheduler.leave(entry, waiter)) this.#options.metrics.record('ExpiredEntries', 1);
      });
    }
    this.#dispatcher.dispatch();
    return call.logits;
  }

  /** Rejects waiting calls and ends the workers. */
  async close(): Promise<void> {
    this.#refuse(() => new ShuttingDownError());
    const pool = await this.#starting?.catch(() => null);
    await pool?.close();
  }

  async #startPool(): Promise<WorkerPool> {
    try {
      const pool = await WorkerPool.start({
        ...this.#options,
        onIdle: () => this.#dispatcher.dispatch(),
        onRestart: (error) => {
          this.#options.metrics.record('WorkerRestarts', 1);
          this.#options.onRestart(error);
        },
        onFatal: (reason) => {
          this.#refuse(unavailable);
          this.#options.onFatal(reason);
        },
      });
      this.#dispatcher.use(pool);
      return pool;
    } catch (error) {
      this.#clock.cancel(this.#saturationTimer);
      throw error;
    }
  }

  /** Replaces the estimate by the real cost, which the sequences add when they join the queue. */
  #settle(
    reservation: EngineReservation,
    sequences: readonly (readonly number[])[],
    deadlineAtMs: number,
  ): void {
    reservation.release();
    if (reservation.isFirm) return;
    const cost = sequences.reduce((sum, ids) => sum + textCost(ids.length), 0);
    this.#admit(sequences.length, cost, deadlineAtMs);
  }

  #admit(texts: number, cost: number, deadlineAtMs: number): void {
    if (this.#refusal !== null) throw this.#refusal();
    try {
      this.#admission.check(texts, cost, deadlineAtMs, this.#clock.nowMs());
    } catch (error) {
      if (error instanceof OverloadedError && texts > 0) this.#options.metrics.record('Shed', 1);
      throw error;
    }
  }

  #refuse(reason: () => Error): void {
    if (this.#refusal !== null) return;
    this.#refusal = reason;
    this.#clock.cancel(this.#saturationTimer);
    for (const call of [...this.#calls]) call.fail(reason());
  }
}

function unavailable(): OverloadedError {
  return new OverloadedError(
    'The inference engine has stopped and the process is being replaced; send the request again.',
    { retryAfterSeconds: 1 },
  );
}
