import type { TweetId } from '../domain/tweet.ts';

/** Well below the life of a tombstone in the store, which stops new rows of the tweet. */
const RECENT_MS = 3_600_000;

const MAX_TWEETS = 10_000;

/**
 * Tweets that this process has purged within the last hour, bounded: a caller that asks for a gone
 * tweet again and again must not fill the prediction log with its tombstone.
 */
export class RecentPurges {
  /** On the monotonic clock, oldest first. */
  readonly #purgedMs = new Map<TweetId, number>();

  has(id: TweetId): boolean {
    const purgedMs = this.#purgedMs.get(id);
    return purgedMs !== undefined && performance.now() - purgedMs < RECENT_MS;
  }

  add(id: TweetId): void {
    this.delete(id);
    this.#purgedMs.set(id, performance.now());
    const [oldest] = this.#purgedMs.keys();
    if (this.#purgedMs.size > MAX_TWEETS && oldest !== undefined) this.delete(oldest);
  }

  delete(id: TweetId): void {
    this.#purgedMs.delete(id);
  }
}
