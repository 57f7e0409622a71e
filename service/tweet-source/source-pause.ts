import { TweetSourceLimitedError } from '../domain/errors.ts';

/** First pause after a refusal that states no end, or one in the past. Doubles with each refusal. */
const FIRST_BACKOFF_MS = 1_000;

/** Longest backoff: X's rate limit windows have 15 minutes. */
const LONGEST_BACKOFF_MS = 15 * 60_000;

/** Remembers how long a source limits reads, to avoid calls that it would reject. */
export class SourcePause {
  readonly #sourceName: string;
  readonly #monotonicMs: () => number;
  #untilMs = Number.NEGATIVE_INFINITY;
  #refusals = 0;

  /** @param monotonicMs a clock that never jumps: changes of the system's time end no pause */
  constructor(sourceName: string, monotonicMs: () => number = () => performance.now()) {
    this.#sourceName = sourceName;
    this.#monotonicMs = monotonicMs;
  }

  /**
   * Starts or extends the pause, and returns its error. Refusals in a row pause for longer each
   * time, whatever the source states.
   */
  pauseFor(statedMs: number): TweetSourceLimitedError {
    // Calls that ran side by side are refused together, and count as one.
    if (!this.#isPaused) this.#refusals++;
    const backoffMs = Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (this.#refusals - 1));
    const pauseMs = Math.max(statedMs, backoffMs);
    this.#untilMs = Math.max(this.#untilMs, this.#monotonicMs() + pauseMs);
    return this.error();
  }

  /** The source answers: the next refusal is the first of its row. */
  answered(): void {
    if (!this.#isPaused) this.#refusals = 0;
  }

  /** @throws TweetSourceLimitedError during the pause */
  throwIfPaused(): void {
    if (this.#isPaused) throw this.error();
  }

  error(): TweetSourceLimitedError {
    const restMs = this.#untilMs - this.#monotonicMs();
    const retryAfterSeconds = Math.max(1, Math.ceil(restMs / 1_000));
    return new TweetSourceLimitedError(
      `The limit of ${this.#sourceName} is used up; send the request again in ${retryAfterSeconds} s.`,
      { retryAfterSeconds },
    );
  }

  get #isPaused(): boolean {
    return this.#monotonicMs() < this.#untilMs;
  }
}
