import type { FeatureRow } from '../../domain/feature-row.ts';
import type { TweetId } from '../../domain/tweet.ts';

export interface FeatureWrite {
  readonly row: FeatureRow;
  readonly ttlSeconds: number;
}

/** What a purge took out. */
export interface Purged {
  readonly rows: number;
  /** Contributions to aggregates. */
  readonly contributions: number;
}

/** Some of the tweets that are stored. */
export interface TweetListing {
  readonly tweetIds: readonly TweetId[];
  /** Where the rest begins; null at the end. */
  readonly nextCursor: string | null;
}

/**
 * The online feature store. An instance is bound to one model identity: it reads only rows
 * of that model revision and preprocessing version.
 */
export interface FeatureStore {
  readonly name: 'redis' | 'memory';

  /**
   * Reads in one round trip: same length, same order, null where absent. A value that fails
   * validation is counted, dropped and reported as absent.
   *
   * @throws FeatureStoreUnavailableError
   */
  getTweets(ids: readonly TweetId[]): Promise<(FeatureRow | null)[]>;

  /**
   * Writes rows, except those whose tweet was purged within the last day. Says for each, in
   * order, whether it was written.
   *
   * @throws FeatureStoreUnavailableError
   */
  putTweets(writes: readonly FeatureWrite[]): Promise<boolean[]>;

  /**
   * Removes a tweet's rows of every model revision and leaves a tombstone for a day, so that
   * a write already under way does not bring it back.
   *
   * @throws FeatureStoreUnavailableError
   */
  purgeTweet(id: TweetId): Promise<Purged>;

  /**
   * Lists the tweets that anything is stored of, some at a time, in no order. What is stored all
   * the while is listed, perhaps more than once.
   *
   * @param cursor `0`, or the `nextCursor` of the listing before; 1 to 20 digits.
   * @throws FeatureStoreUnavailableError
   */
  listTweets(cursor: string): Promise<TweetListing>;

  close(): Promise<void>;
}
