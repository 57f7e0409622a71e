import { AbandonedError } from '../domain/errors.ts';
import { PhaseTimings, type RequestContext, remainingMs } from './request-context.ts';
import { waitAtMost } from './wait-at-most.ts';

type Results<Key, Value> = ReadonlyMap<Key, Value>;

/** Returns a value for each of its keys. */
type Compute<Key, Value> = (
  keys: readonly Key[],
  context: RequestContext,
) => Promise<Results<Key, Value>>;

/** Ends a wait whose request is late: the computation goes on for others. */
const LATE = new Error('The computation did not end within the deadline of the request.');

/** Returns values for a request whose deadline passes before their computation ends, or throws. */
type OnLate<Key, Value> = (keys: readonly Key[], timings: PhaseTimings) => Results<Key, Value>;

/**
 * Request coalescing (single flight): requests for a key that is being computed wait for that
 * computation.
 */
export class Coalescer<Key, Value> {
  readonly #onLate: OnLate<Key, Value>;
  readonly #running = new Map<Key, SharedComputation<Results<Key, Value>>>();

  constructor(onLate: OnLate<Key, Value>) {
    this.#onLate = onLate;
  }

  /** True if a request for this key would join a computation. */
  isRunning(key: Key): boolean {
    return this.#running.get(key)?.isAborted === false;
  }

  /**
   * Joins the running computations of the keys and starts one for all other keys.
   *
   * @throws what `onLate` and `compute` throw, and the reason of the request's signal
   */
  async resolve(
    keys: readonly Key[],
    request: RequestContext,
    compute: Compute<Key, Value>,
  ): Promise<Results<Key, Value>> {
    const missing = [...new Set(keys)].filter((key) => !this.isRunning(key));
    if (missing.length > 0) this.#start(missing, compute);
    return this.join(keys, request);
  }

  /**
   * Joins the running computations of the keys. The results lack keys that no computation holds.
   *
   * @throws as `resolve`
   */
  async join(keys: readonly Key[], request: RequestContext): Promise<Results<Key, Value>> {
    const running = keys.flatMap((key) => {
      const computation = this.#running.get(key);
      return computation?.isAborted === false ? [computation] : [];
    });
    const parts = await Promise.all([...new Set(running)].map((each) => each.join(request)));
    return new Map(parts.flatMap((part) => [...part]));
  }

  #start(keys: readonly Key[], compute: Compute<Key, Value>): void {
    const started: SharedComputation<Results<Key, Value>> = new SharedComputation(
      (context) =>
        compute(keys, context).finally(() => {
          for (const key of keys) {
            if (this.#running.get(key) === started) this.#running.delete(key);
          }
        }),
      (timings) => this.#onLate(keys, timings),
    );
    for (const key of keys) this.#running.set(key, started);
  }
}

/**
 * A computation for several requests. Its deadline is the latest of theirs; it is aborted when
 * the last of them leaves.
 */
class SharedComputation<Result> {
  readonly #abort = new AbortController();
  readonly #deadline = { atMs: 0 };
  readonly #timings = new PhaseTimings();
  readonly #result: Promise<Result>;
  readonly #onLate: (timings: PhaseTimings) => Result;
  #waiting = 0;
  #isSettled = false;

  /** Starts in a microtask: the first request must join before that, to set the deadline. */
  constructor(
    start: (context: RequestContext) => Promise<Result>,
    onLate: (timings: PhaseTimings) => Result,
  ) {
    this.#onLate = onLate;
    this.#result = Promise.resolve().then(() =>
      start({ deadline: this.#deadline, signal: this.#abort.signal, timings: this.#timings }),
    );
    const settle = () => {
      this.#isSettled = true;
    };
    // Also handles a failure after every request has left.
    this.#result.then(settle, settle);
  }

  get isAborted(): boolean {
    return this.#abort.signal.aborted;
  }

  async join(request: RequestContext): Promise<Result> {
    this.#waiting++;
    this.#deadline.atMs = Math.max(this.#deadline.atMs, request.deadline.atMs);
    try {
      return await waitAtMost(this.#result, {
        ms: remainingMs(request.deadline),
        signal: request.signal,
        onLate: () => LATE,
      });
    } catch (error) {
      if (error !== LATE) throw error;
      return this.#onLate(this.#timings);
    } finally {
      request.timings.merge(this.#timings);
      this.#waiting--;
      // Aborting is expensive: skip it once the computation has settled.
      if (this.#waiting === 0 && !this.#isSettled) {
        this.#abort.abort(new AbandonedError());
      }
    }
  }
}
