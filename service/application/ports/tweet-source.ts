import type { Tweet, TweetId } from '../../domain/tweet.ts';
import type { Deadline } from '../request-context.ts';

/** Why a tweet cannot be read by anyone who asks now; its features must be purged. */
export type UnavailableReason = 'not_found' | 'protected' | 'withheld';

export type TweetLookup =
  | { readonly status: 'found'; readonly tweet: Tweet }
  | { readonly status: UnavailableReason };

export interface TweetSource {
  readonly name: 'x-api' | 'oembed' | 'fixture';

  /**
   * Reads up to 100 distinct tweets: same length, same order.
   *
   * @throws TweetSourceFailedError when the source fails, times out or answers nonsense.
   * @throws TweetSourceLimitedError when its rate limit or our daily budget is used up.
   */
  lookup(
    ids: readonly TweetId[],
    options: { readonly deadline: Deadline; readonly signal: AbortSignal },
  ): Promise<TweetLookup[]>;
}
