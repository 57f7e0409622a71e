/** The outcomes of tweets that get no score. */

import { EmptyTextError, type ServiceError, TweetUnavailableError } from '../domain/errors.ts';
import type { TweetId } from '../domain/tweet.ts';
import type { UnavailableReason } from './ports/tweet-source.ts';
import type { TweetOutcome } from './score-tweets.ts';

const UNAVAILABLE = {
  not_found: ['tweet_not_found', 'does not exist or was deleted'],
  protected: ['tweet_protected', 'belongs to a protected account'],
  withheld: ['tweet_withheld', 'is withheld'],
} as const satisfies Record<UnavailableReason, readonly [string, string]>;

/** The source does not show it. */
export function unavailable(id: TweetId, reason: UnavailableReason): TweetOutcome {
  const [code, what] = UNAVAILABLE[reason];
  return failed(new TweetUnavailableError(code, `Tweet ${id} ${what}.`));
}

/** Nothing is left of its text to be scored. */
export function emptyText(id: TweetId): TweetOutcome {
  return failed(new EmptyTextError(`Tweet ${id} has no text that could be scored.`));
}

/** The store takes nothing of what was purged so shortly before. */
export function recentlyPurged(id: TweetId): TweetOutcome {
  return failed(
    new TweetUnavailableError(
      'tweet_not_found',
      `Tweet ${id}, its author or one of its topics was purged less than a day ago: it is not stored.`,
    ),
  );
}

function failed(error: ServiceError): TweetOutcome {
  return { status: 'error', error };
}
