import type { RequestContext } from '../../application/request-context.ts';
import { AbandonedError } from '../../domain/errors.ts';

/** A text of a call, as the scheduler's waiter names it. */
export interface Caller {
  readonly call: ScoreCall;
  readonly index: number;
}

export interface ScoreCallEvents {
  /** What to tell the caller when the deadline passes. */
  deadlineError(): Error;
  /** Called once, whatever the outcome. */
  onSettled(): void;
}

/** Node fires a timer of more than 31 bits at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** What one caller waits for: the logits of several texts, or the first reason to give up. */
export class ScoreCall {
  readonly logits: Promise<Float32Array[]>;
  readonly #context: RequestContext;
  readonly #events: ScoreCallEvents;
  readonly #rows: Float32Array[];
  readonly #enqueuedAtMs = performance.now();
  readonly #resolve: (rows: Float32Array[]) => void;
  readonly #reject: (error: Error) => void;
  readonly #timer: NodeJS.Timeout;
  readonly #onAbort = () => this.fail(new AbandonedError('The caller has gone'));
  #missing: number;
  #startedAtMs: number | null = null;
  #isSettled = false;

  constructor(texts: number, context: RequestContext, events: ScoreCallEvents) {
    const { promise, resolve, reject } = Promise.withResolvers<Float32Array[]>();
    this.logits = promise;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#context = context;
    this.#events = events;
    this.#rows = new Array(texts);
    this.#missing = texts;
    const leftMs = Math.min(context.deadline.atMs - this.#enqueuedAtMs, LONGEST_TIMER_MS);
    this.#timer = setTimeout(() => this.fail(events.deadlineError()), leftMs);
    context.signal.addEventListener('abort', this.#onAbort, { once: true });
  }

  /** A worker has begun with one of the texts. */
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
    clearTimeout(this.#timer);
    this.#context.signal.removeEventListener('abort', this.#onAbort);
    const nowMs = performance.now();
    const startedAtMs = this.#startedAtMs ?? nowMs;
    this.#context.timings.add('queue', startedAtMs - this.#enqueuedAtMs);
    if (this.#startedAtMs !== null) this.#context.timings.add('infer', nowMs - startedAtMs);
    this.#events.onSettled();
    return true;
  }
}
