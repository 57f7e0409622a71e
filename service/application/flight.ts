import { AbandonedError, OverloadedError } from '../domain/errors.ts';
import { PhaseTimings, type RequestContext, remainingMs } from './request-context.ts';

/**
 * A computation that several requests wait for. It lives as long as one of them does: it is
 * aborted when the last has left, and its deadline is the latest of theirs.
 */
export class Flight<T> {
  readonly #controller = new AbortController();
  readonly #timings = new PhaseTimings();
  readonly #result: Promise<T>;
  #deadlineMs = 0;
  #waiting = 0;
  #isOver = false;

  /** Starts at once; the first request must `join` before it yields. */
  constructor(first: RequestContext, compute: (context: RequestContext) => Promise<T>) {
    this.#deadlineMs = first.deadline.atMs;
    const deadlineMs = () => this.#deadlineMs;
    this.#result = compute({
      deadline: {
        get atMs() {
          return deadlineMs();
        },
      },
      signal: this.#controller.signal,
      timings: this.#timings,
    });
    const end = () => {
      this.#isOver = true;
    };
    // Every waiter may have left before it fails.
    this.#result.then(end, end);
  }

  /** No request waits any more: the result, if one comes, goes to nobody. */
  get deserted(): boolean {
    return this.#waiting === 0;
  }

  /**
   * Waits for the result no longer than the request lives.
   *
   * @throws OverloadedError when the request's deadline passes first.
   * @throws AbandonedError when its client leaves first.
   */
  async join(request: RequestContext): Promise<T> {
    this.#waiting++;
    this.#deadlineMs = Math.max(this.#deadlineMs, request.deadline.atMs);
    const { promise: over, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(
      () =>
        reject(
          new OverloadedError('The answer was not ready within the deadline of the request.', {
            retryAfterSeconds: 1,
          }),
        ),
      remainingMs(request.deadline),
    );
    const leave = () => reject(new AbandonedError('The client left before the answer.'));
    if (request.signal.aborted) leave();
    request.signal.addEventListener('abort', leave, { once: true });
    try {
      return await Promise.race([this.#result, over]);
    } finally {
      clearTimeout(timer);
      request.signal.removeEventListener('abort', leave);
      request.timings.merge(this.#timings);
      this.#waiting--;
      // An abort costs more than all else here, and what is over hears none.
      if (this.deserted && !this.#isOver) this.#controller.abort();
    }
  }

  /** The last request has left before the end: nobody may join any more. */
  get aborted(): boolean {
    return this.#controller.signal.aborted;
  }
}
