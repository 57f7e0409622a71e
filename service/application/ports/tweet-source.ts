import type { ServiceError } from '../../domain/errors.ts';
import type { Tweet, TweetId } from '../../domain/tweet.ts';
import type { Deadline } from '../request-context.ts';

/** Reason why a tweet is not public; its features must be purged. */
export type UnavailableReason = 'not_found' | 'protected' | 'withheld';

/** Says of a tweet that was read whether it is public. */
export type ReadTweet =
  | { readonly status: 'found'; readonly tweet: Tweet }
  | { readonly status: UnavailableReason };

/** The tweet could not be read; others of the same lookup may have been. */
export interface FailedRead {
  readonly status: 'failed';
  readonly error: ServiceError;
}

export type TweetLookup = ReadTweet | FailedRead;

export interface TweetSource {
  readonly name: 'x-api' | 'oembed' | 'fixture';

  /**
   * Reads up to 100 distinct tweets: same length, same order. A failed read is the outcome of that
   * tweet alone: a TweetSourceFailedError if the source fails, times out or sends an invalid answer, a
   * TweetSourceLimitedError if its rate limit is used up.
   *
   * @throws TweetSourceLimitedError if the read budget or the room for waiting reads is too small for all
   * @throws DeadlineExceededError if the deadline leaves no time, and the reason of the signal
   */
  lookup(
    ids: readonly TweetId[],
    options: { readonly deadline: Deadline; readonly signal: AbortSignal },
  ): Promise<TweetLookup[]>;
}
