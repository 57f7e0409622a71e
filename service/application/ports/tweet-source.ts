import type { Tweet, TweetId } from '../../domain/tweet.ts';
import type { Deadline } from '../request-context.ts';

/** Reason why a tweet is not public; its features must be purged. */
export type UnavailableReason = 'not_found' | 'protected' | 'withheld';

export type TweetLookup =
  | { readonly status: 'found'; readonly tweet: Tweet }
  | { readonly status: UnavailableReason };

export interface TweetSource {
  readonly name: 'x-api' | 'oembed' | 'fixture';

  /**
   * Reads up to 100 distinct tweets: same length, same order.
   *
   * @throws TweetSourceFailedError if the source fails, times out or sends an invalid answer
   * @throws TweetSourceLimitedError if its rate limit or the daily read budget is used up
   * @throws DeadlineExceededError if the deadline leaves no time, and the reason of the signal
   */
  lookup(
    ids: readonly TweetId[],
    options: { readonly deadline: Deadline; readonly signal: AbortSignal },
  ): Promise<TweetLookup[]>;
}
