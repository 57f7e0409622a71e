import type { FeatureRow } from '../../domain/feature-row.ts';
import type { TweetId } from '../../domain/tweet.ts';

/** The offline store's intake: every scored tweet and every purge, at least once. */
export interface PredictionLog {
  /** Takes rows without waiting and without failing; those it cannot keep are counted. */
  append(rows: readonly FeatureRow[]): void;

  /**
   * Records that tweets were purged, so that no export and no training set holds them. Resolves
   * when that is written.
   *
   * @throws FeatureStoreUnavailableError when it is not written in time; to be asked again.
   */
  recordPurges(tweetIds: readonly TweetId[]): Promise<void>;

  /** Resolves when nothing waits any more; tries as long as it takes. */
  flush(): Promise<void>;

  /** Gives up what still waits, counted. */
  close(): void;
}

/** For a service that keeps no log. */
export const NO_PREDICTION_LOG: PredictionLog = {
  append: () => undefined,
  recordPurges: async () => undefined,
  flush: async () => undefined,
  close: () => undefined,
};
