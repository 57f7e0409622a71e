import type { Label } from '../../domain/sentiment.ts';
import type { TweetId } from '../../domain/tweet.ts';
import type { UserId } from '../../domain/user.ts';
import type { DayRange, UtcDay } from '../../domain/utc-days.ts';
import type { Purged } from './feature-store.ts';

/** How many tweets got each label. */
export type LabelCounts = Readonly<Record<Label, number>>;

/** What is known of the tweets of one day. */
export interface DayBucket {
  readonly day: UtcDay;
  readonly counts: LabelCounts;
  /** Sums of the tweets' scores, in units of 1 / SCORE_UNITS. */
  readonly scoreSums: Readonly<Record<Label, number>>;
}

export interface UserProfile {
  readonly id: UserId;
  /** The one of the newest event; null where no row told. */
  readonly username: string | null;
}

export interface UserBuckets extends UserProfile {
  readonly buckets: readonly DayBucket[];
}

export interface ActiveUser extends UserProfile {
  readonly counts: LabelCounts;
}

/** Is told which tweets will be purged next; they are not unless it resolves. */
export type BeforePurge = (ids: readonly TweetId[]) => Promise<void>;

/**
 * What the rows written to a feature store add up to, by user and by topic, in buckets of the
 * tweets' own UTC days. A tweet counts once, with its newest score, until it is purged or its
 * bucket has gone unwritten for the aggregates' life.
 *
 * Every method throws FeatureStoreUnavailableError when it cannot tell all of it.
 */
export interface AggregateStore {
  /** Who has this name by the newest event; null when nobody is known by it. */
  findUser(username: string): Promise<UserId | null>;

  /** The buckets of a range that hold anything, oldest first; null when nothing is known. */
  userBuckets(id: UserId, range: DayRange): Promise<UserBuckets | null>;

  /** The same for a normalised topic. */
  topicBuckets(topic: string, range: DayRange): Promise<readonly DayBucket[] | null>;

  /** Those with the most tweets, most first; among equals the greater id, read as text. */
  mostActiveUsers(limit: number): Promise<readonly ActiveUser[]>;

  /**
   * Purges every tweet of a user as `purgeTweet` does, in bounded steps, and the user's names.
   * For a day after, rows of the user that were scored up to then are not written. What has
   * been removed stays so if it fails half way; the rest is there for another try.
   */
  purgeUser(id: UserId, scoredUpToMs: number, beforeStep: BeforePurge): Promise<Purged>;

  /** Purges every tweet that counts under a normalised topic, in the same way. */
  purgeTopic(topic: string, scoredUpToMs: number, beforeStep: BeforePurge): Promise<Purged>;
}
