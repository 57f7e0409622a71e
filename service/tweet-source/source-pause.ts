import { TweetSourceLimitedError } from '../domain/errors.ts';

/** Remembers how long a source limits reads, to avoid calls that it would reject. */
export class SourcePause {
  readonly #sourceName: string;
  readonly #now: () => number;
  #untilMs = 0;

  /** `now` gives milliseconds since the epoch. */
  constructor(sourceName: string, now: () => number) {
    this.#sourceName = sourceName;
    this.#now = now;
  }

  /** Starts or extends the pause, and returns its error. */
  pauseFor(ms: number): TweetSourceLimitedError {
    this.#untilMs = Math.max(this.#untilMs, this.#now() + ms);
    return this.error();
  }

  /** @throws TweetSourceLimitedError during the pause */
  throwIfPaused(): void {
    if (this.#now() < this.#untilMs) throw this.error();
  }

  error(): TweetSourceLimitedError {
    const retryAfterSeconds = Math.max(1, Math.ceil((this.#untilMs - this.#now()) / 1_000));
    return new TweetSourceLimitedError(
      `The limit of ${this.#sourceName} is used up; send the request again in ${retryAfterSeconds} s.`,
      { retryAfterSeconds },
    );
  }
}
