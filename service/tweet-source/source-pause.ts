import { TweetSourceLimitedError } from '../domain/errors.ts';

/** Remembers until when a source refuses us, so that it is not asked in vain. */
export class SourcePause {
  readonly #sourceName: string;
  readonly #now: () => number;
  #untilMs = 0;

  /** `now` gives milliseconds since the epoch. */
  constructor(sourceName: string, now: () => number) {
    this.#sourceName = sourceName;
    this.#now = now;
  }

  /** Begins or lengthens the pause and gives the error that says so. */
  pauseFor(ms: number): TweetSourceLimitedError {
    this.#untilMs = Math.max(this.#untilMs, this.#now() + ms);
    return this.error();
  }

  /** @throws TweetSourceLimitedError while the pause lasts. */
  throwIfPaused(): void {
    if (this.#now() < this.#untilMs) throw this.error();
  }

  error(): TweetSourceLimitedError {
    const retryAfterSeconds = Math.max(1, Math.ceil((this.#untilMs - this.#now()) / 1_000));
    return new TweetSourceLimitedError(
      `The limit of ${this.#sourceName} is used up; ask again in ${retryAfterSeconds} s.`,
      { retryAfterSeconds },
    );
  }
}
