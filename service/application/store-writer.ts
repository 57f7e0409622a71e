import type { TweetId } from '../domain/tweet.ts';
import type { FeatureStore, FeatureWrite } from './ports/feature-store.ts';
import type { Logger } from './ports/logger.ts';
import type { Metrics } from './ports/metrics.ts';
import type { PredictionLog } from './ports/prediction-log.ts';

export interface PendingStoreWorkOptions {
  readonly store: FeatureStore;
  readonly predictionLog: PredictionLog;
  readonly metrics: Metrics;
  readonly logger: Logger;
  /** Rows that may wait; more are dropped and counted, for an answer never waits for a write. */
  readonly maxRows: number;
}

/** What the service still owes the feature store after it has answered. */
export class PendingStoreWork {
  readonly #options: PendingStoreWorkOptions;
  readonly #running = new Set<Promise<unknown>>();
  #rows = 0;

  constructor(options: PendingStoreWorkOptions) {
    this.#options = options;
  }

  /**
   * Writes rows in the background. A failure is the store's to count and to log: these rows are
   * lost, no more.
   */
  write(writes: readonly FeatureWrite[]): void {
    const { store, metrics, logger, maxRows } = this.#options;
    const rows = writes.length;
    if (rows === 0) return;
    if (this.#rows + rows > maxRows) {
      metrics.record('FeatureStoreDroppedWrites', rows);
      return;
    }
    this.#rows += rows;
    this.#track(
      store
        .putTweets(writes)
        .catch((err: unknown) => logger.debug({ rows, err }, 'feature rows not written'))
        .finally(() => {
          this.#rows -= rows;
        }),
    );
  }

  /**
   * Purges a tweet in the background. Never dropped: the number of purges under way is bounded
   * by the requests under way, and what X took down must not stay here. One that fails is named
   * in the log, to be done again.
   */
  purge(tweetId: TweetId): void {
    const { store, predictionLog, logger } = this.#options;
    this.#track(
      Promise.all([store.purgeTweet(tweetId), predictionLog.recordPurges([tweetId])]).catch(
        (err: unknown) => logger.warn({ tweetId, err }, 'unavailable tweet not purged'),
      ),
    );
  }

  /** Resolves when all work handed over so far has ended, well or not. */
  async flush(): Promise<void> {
    await Promise.all(this.#running);
  }

  #track(work: Promise<unknown>): void {
    const running = work.finally(() => this.#running.delete(running));
    this.#running.add(running);
  }
}
