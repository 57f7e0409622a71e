import type { FeatureStore, FeatureWrite } from './ports/feature-store.ts';
import type { Logger } from './ports/logger.ts';
import type { Metrics } from './ports/metrics.ts';
import type { TweetId } from './tweet.ts';

export interface PendingStoreWorkOptions {
  readonly store: FeatureStore;
  readonly metrics: Metrics;
  readonly logger: Logger;
  /** Rows that may wait; more are dropped and counted, for an answer never waits for a write. */
  readonly maxRows: number;
}

/** What the service still owes the feature store after it has answered. */
export class PendingStoreWork {
  readonly #options: PendingStoreWorkOptions;
  readonly #running = new Set<Promise<void>>();
  #rows = 0;

  constructor(options: PendingStoreWorkOptions) {
    this.#options = options;
  }

  /** Writes rows in the background. A failure is the store's to count: the row is lost, no more. */
  write(writes: readonly FeatureWrite[]): void {
    if (writes.length === 0) return;
    if (this.#rows + writes.length > this.#options.maxRows) {
      this.#options.metrics.record('FeatureStoreDroppedWrites', writes.length);
      return;
    }
    this.#run(
      writes.length,
      () => this.#options.store.putTweets(writes),
      'feature rows not written',
      {
        rows: writes.length,
      },
    );
  }

  /**
   * Purges a tweet in the background. Never dropped: the number of purges under way is bounded
   * by the requests under way, and what X took down must not stay here.
   */
  purge(tweetId: TweetId): void {
    this.#run(0, () => this.#options.store.purgeTweet(tweetId), 'unavailable tweet not purged', {
      tweetId,
    });
  }

  /** Resolves when all work handed over so far has ended, well or not. */
  async flush(): Promise<void> {
    await Promise.all(this.#running);
  }

  #run(
    rows: number,
    work: () => Promise<unknown>,
    failure: string,
    fields: Readonly<Record<string, unknown>>,
  ): void {
    this.#rows += rows;
    const running = work()
      .then(
        () => undefined,
        (err: unknown) => this.#options.logger.warn({ ...fields, err }, failure),
      )
      .finally(() => {
        this.#rows -= rows;
        this.#running.delete(running);
      });
    this.#running.add(running);
  }
}
