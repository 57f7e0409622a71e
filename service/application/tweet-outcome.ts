import { EmptyTextError, ModelFailedError, TweetUnavailableError } from '../domain/errors.ts';
import type { FeatureRow } from '../domain/feature-row.ts';
import type { Language } from '../domain/language.ts';
import type { TweetId } from '../domain/tweet.ts';
import { type FailedOutcome, failed } from './failed-outcome.ts';
import type { UnavailableReason } from './ports/tweet-source.ts';
import { unsupportedLanguage } from './unsupported-language.ts';

/** Part of the feature store in an answer. */
export type StoreOutcome = 'hit' | 'miss' | 'unavailable';

export interface ScoredTweet {
  readonly status: 'ok';
  readonly row: FeatureRow;
  /** Null if the configuration hides texts, or if the row was stored without. */
  readonly text: string | null;
  readonly featureStore: StoreOutcome;
  /** Number of tokens that the model read; null if the row was stored before. */
  readonly tokens: number | null;
}

/** The answer for one tweet. */
export type TweetOutcome = ScoredTweet | FailedOutcome;

const UNAVAILABLE = {
  not_found: ['tweet_not_found', 'does not exist or was deleted'],
  protected: ['tweet_protected', 'belongs to a protected account'],
  withheld: ['tweet_withheld', 'is withheld'],
} as const satisfies Record<UnavailableReason, readonly [string, string]>;

/** The source does not show the tweet. */
export function unavailable(id: TweetId, reason: UnavailableReason): TweetOutcome {
  const [code, what] = UNAVAILABLE[reason];
  return failed(new TweetUnavailableError(code, `Tweet ${id} ${what}.`));
}

/** Preprocessing leaves no text to score. */
export function emptyText(id: TweetId): TweetOutcome {
  return failed(new EmptyTextError(`Tweet ${id} has no text that can be scored.`));
}

/** The model gave scores that are not finite. */
export function modelFailed(id: TweetId): TweetOutcome {
  return failed(
    new ModelFailedError(`The model failed to score tweet ${id}; leave it out and report it.`),
  );
}

/** The configuration refuses languages that the model does not read. */
export function unreadable(
  id: TweetId,
  language: Language | null,
  modelLanguages: readonly string[],
): TweetOutcome {
  return failed(unsupportedLanguage(`Tweet ${id}`, language, modelLanguages));
}

/** The store rejects tweets purged within the last day. */
export function recentlyPurged(id: TweetId): TweetOutcome {
  return failed(
    new TweetUnavailableError(
      'tweet_not_found',
      `Tweet ${id} is not stored: it, its author or one of its topics was purged less than a day ago.`,
    ),
  );
}
