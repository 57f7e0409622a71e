import type { RequestContext } from '../../application/request-context.ts';
import { AbandonedError } from '../../domain/errors.ts';
import type { Clock, Timer } from '../clock.ts';

/** A text of a call: the caller that waits for an entry of the scheduler. */
export interface CallText {
  readonly call: ScoreCall;
  readonly index: number;
}

export interface ScoreCallEvents {
  /** Makes the error for a deadline that passes. */
  deadlineError(): Error;
  /** Called once, on success and on failure. */
  onSettled(): void;
}

/** One caller's texts: resolves with all logits, or rejects at the deadline, an abort or a failure. */
export class ScoreCall {
  readonly logits: Promise<Float32Array[]>;
  readonly #context: RequestContext;
  readonly #events: ScoreCallEvents;
  readonly #clock: Clock;
  readonly #rows: Float32Array[];
  readonly #enqueuedAtMs: number;
  readonly #resolve: (rows: Float32Array[]) => void;
  readonly #reject: (error: Error) => void;
  readonly #timer: Timer;
  readonly #onAbort = () => this.fail(new AbandonedError());
  #missing: number;
  #startedAtMs: number | null = null;
  #isSettled = false;

  constructor(texts: number, context: RequestContext, events: ScoreCallEvents, clock: Clock) {
    const { promise, resolve, reject } = Promise.withResolvers<Float32Array[]>();
    this.logits = promise;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#context = context;
    this.#events = events;
    this.#clock = clock;
    this.#rows = new Array(texts);
    this.#missing = texts;
    this.#enqueuedAtMs = clock.nowMs();
    const leftMs = context.deadline.atMs - this.#enqueuedAtMs;
    this.#timer = clock.after(leftMs, () => this.fail(events.deadlineError()));
    context.signal.addEventListener('abort', this.#onAbort, { once: true });
  }

  /** Notes that a worker has begun with one of the texts. */
  start(nowMs: number): void {
    this.#startedAtMs ??= nowMs;
  }

  answer(index: number, logits: Float32Array): void {
    this.#rows[index] = logits;
    this.#missing--;
    if (this.#missing === 0 && this.#settle()) this.#resolve(this.#rows);
  }

  fail(error: Error): void {
    if (this.#settle()) this.#reject(error);
  }

  #settle(): boolean {
    if (this.#isSettled) return false;
    this.#isSettled = true;
    this.#clock.cancel(this.#timer);
    this.#context.signal.removeEventListener('abort', this.#onAbort);
    const nowMs = this.#clock.nowMs();
    const startedAtMs = this.#startedAtMs ?? nowMs;
    this.#context.timings.add('queue', this.#enqueuedAtMs, startedAtMs);
    if (this.#startedAtMs !== null) this.#context.timings.add('infer', startedAtMs, nowMs);
    this.#events.onSettled();
    return true;
  }
}
