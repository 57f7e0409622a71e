import type { FeatureRow } from '../../domain/feature-row.ts';
import type { TweetId } from '../../domain/tweet.ts';

/** Intake of the offline store: every scored tweet and every purge, at least once. */
export interface PredictionLog {
  /** Queues rows. Never waits or throws; rows that do not fit are counted. */
  append(rows: readonly FeatureRow[]): void;

  /**
   * Writes tombstones, which exclude the tweets from exports and training sets. Resolves when
   * they are written.
   *
   * @throws FeatureStoreUnavailableError if they are not written in time; can be repeated
   */
  recordPurges(tweetIds: readonly TweetId[]): Promise<void>;

  /** Resolves when the queue is empty, without a time limit. */
  flush(): Promise<void>;

  /** Drops and counts the rest of the queue. */
  close(): void;
}

/** Stand-in for a service without a prediction log. */
export const NO_PREDICTION_LOG: PredictionLog = {
  append: () => undefined,
  recordPurges: async () => undefined,
  flush: async () => undefined,
  close: () => undefined,
};
