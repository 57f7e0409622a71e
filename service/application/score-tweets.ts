import type { ServiceError } from '../domain/errors.ts';
import type { FeatureRow } from '../domain/feature-row.ts';
import type { Tweet, TweetId } from '../domain/tweet.ts';
import type { Purged } from './ports/feature-store.ts';
import type { RequestContext } from './request-context.ts';

/** Whether the answer came from the feature store. */
export type StoreOutcome = 'hit' | 'miss' | 'unavailable';

/** One tweet's answer. `row.text` is null where configuration hides it or the row has none. */
export type TweetOutcome =
  | {
      readonly status: 'ok';
      readonly row: FeatureRow;
      readonly text: string | null;
      readonly featureStore: StoreOutcome;
    }
  | { readonly status: 'error'; readonly error: ServiceError };

export interface ScoredTweets {
  /** Same length and order as the ids asked for; equal ids share an outcome. */
  readonly outcomes: readonly TweetOutcome[];
  /** Call when the response is out: hands the new rows to the store. Further calls do nothing. */
  readonly persist: () => void;
}

/** The use case behind the tweet routes. */
export interface ScoreTweets {
  /**
   * Answers tweets, from the store where it can.
   *
   * @throws ServiceError for what concerns the whole call: overload, the source being down.
   */
  score(ids: readonly TweetId[], context: RequestContext): Promise<ScoredTweets>;

  /**
   * Scores tweets already read and stores them before it returns: same length, same order.
   *
   * @throws FeatureStoreUnavailableError, OverloadedError
   */
  ingest(tweets: readonly Tweet[], context: RequestContext): Promise<readonly TweetOutcome[]>;

  /** @throws FeatureStoreUnavailableError */
  purge(id: TweetId): Promise<Purged>;
}
