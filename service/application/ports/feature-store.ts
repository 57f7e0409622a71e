import type { RowRejectedError } from '../../domain/errors.ts';
import type { FeatureRow } from '../../domain/feature-row.ts';
import type { Label } from '../../domain/sentiment.ts';
import type { TweetId } from '../../domain/tweet.ts';
import type { UserId } from '../../domain/user.ts';
import type { DayRange, UtcDay } from '../../domain/utc-days.ts';

/** Life of a tombstone, in which a purge stops rows that were under way. */
export const TOMBSTONE_SECONDS = 86_400;

export interface FeatureWrite {
  readonly row: FeatureRow;
  readonly ttlSeconds: number;
}

/**
 * Outcome of one write: true if it was written, false if its tweet, author or topic has a
 * tombstone, or the error of a row that the store cannot hold.
 */
export type WriteResult = boolean | RowRejectedError;

/** Numbers of rows and of contributions to aggregates that a purge removed. */
export interface Purged {
  readonly rows: number;
  readonly contributions: number;
}

/** One page of the ids of stored tweets. */
export interface TweetListing {
  readonly tweetIds: readonly TweetId[];
  /** Cursor of the next page; null at the end. */
  readonly nextCursor: string | null;
}

/** One page of a rebuild: differences, which are repaired unless it is a dry run. */
export interface RebuildPage {
  /** Rows, indexes, users and topics that were compared. */
  readonly checked: number;
  /** Rows missing from the index; a purge would have missed them. */
  readonly rows: number;
  /** Tweets missing from the counts or the list of their author or of one of their topics. */
  readonly contributions: number;
  /** Usernames restored from stored rows; in a dry run, rows whose username is missing. */
  readonly usernames: number;
  /** Users and topics with a wrong day bucket, total or place in the ranking. */
  readonly entities: number;
  /** Wrong day buckets with too many tweets to be recounted. */
  readonly tooLarge: number;
  /** Tweets that a purge missed. Nothing of them was restored; they have to be purged again. */
  readonly purged: readonly TweetId[];
  /** Cursor of the next page; null at the end. */
  readonly nextCursor: string | null;
}

/** One page of the tweets that were not scored by the current model version. */
export interface OutdatedTweets {
  /** Tweets whose newest score is of the current version. */
  readonly present: number;
  /** Tweets without a row that has the text of their newest score. */
  readonly withoutText: number;
  /** Rows of the other tweets, each with its text and the rest of its life. */
  readonly outdated: readonly FeatureWrite[];
  /** Cursor of the next page; null at the end. */
  readonly nextCursor: string | null;
}

/** Number of tweets for each label. */
export type LabelCounts = Readonly<Record<Label, number>>;

/** Sums over the tweets of one day that are not known to be in a language the model does not read. */
export interface DayBucket {
  readonly day: UtcDay;
  readonly counts: LabelCounts;
  /** Sums of the tweets' scores, in units of 1 / SCORE_UNITS. */
  readonly scoreSums: Readonly<Record<Label, number>>;
  /** Number of tweets in languages that the model does not read; they are in no other figure. */
  readonly otherLanguages: number;
}

export interface UserProfile {
  readonly id: UserId;
  /** Username at the user's newest event that included one; null if unknown. */
  readonly username: string | null;
}

export interface UserBuckets extends UserProfile {
  readonly buckets: readonly DayBucket[];
}

export interface ActiveUser extends UserProfile {
  readonly counts: LabelCounts;
  /** As in DayBucket. */
  readonly otherLanguages: number;
}

export interface ActiveTopic {
  /** In its normal form, with its # or $ if it has one. */
  readonly topic: string;
  readonly counts: LabelCounts;
  /** As in DayBucket. */
  readonly otherLanguages: number;
}

/** Called with the ids of each step of a purge; the step runs only if the promise resolves. */
export type BeforePurge = (ids: readonly TweetId[]) => Promise<void>;

/**
 * The online feature store: rows of scored tweets, and their aggregates by user and by topic in
 * buckets of the tweets' own UTC days. A tweet counts once, with its newest score, until it is
 * purged or its day bucket has not been written to for the life of aggregates.
 *
 * An instance is bound to one model identity: it reads only rows of that model revision and
 * preprocessing version. Every method rejects with FeatureStoreUnavailableError when it cannot
 * give a complete answer.
 */
export interface FeatureStore {
  readonly name: 'redis' | 'memory';

  /**
   * Reads in one round trip: same length, same order, null where absent. A value that fails
   * validation is counted, dropped and reported as absent.
   */
  getTweets(ids: readonly TweetId[]): Promise<(FeatureRow | null)[]>;

  /** Writes each row on its own. Resolves to the outcomes of all, in order. */
  putTweets(writes: readonly FeatureWrite[]): Promise<WriteResult[]>;

  /**
   * Lists the ids of stored tweets page by page, in no order. Lists a tweet that stays stored
   * throughout at least once.
   *
   * @param cursor `0`, or `nextCursor` of the previous page: 1 to 20 digits, and in Redis a mark
   */
  listTweets(cursor: string): Promise<TweetListing>;

  /**
   * Reads the tweets that the current model version can score again, page by page, in no order. A tweet that
   * stays stored throughout is on at least one page.
   *
   * @param cursor as that of `listTweets`
   */
  outdatedTweets(cursor: string): Promise<OutdatedTweets>;

  /** The user who had this name at the newest event; null if unknown. */
  findUser(username: string): Promise<UserId | null>;

  /** Day buckets of a range that hold tweets, oldest first; null for an unknown user. */
  userBuckets(id: UserId, range: DayRange): Promise<UserBuckets | null>;

  /** Day buckets of a topic in its normal form; null for an unknown topic. */
  topicBuckets(topic: string, range: DayRange): Promise<readonly DayBucket[] | null>;

  /**
   * Users with the most tweets, descending; ties by id, descending, compared as strings. Tweets in
   * other languages do not count, and a user without others is left out.
   */
  mostActiveUsers(limit: number): Promise<readonly ActiveUser[]>;

  /** Topics with the most tweets, as `mostActiveUsers` ranks users; ties by the topic's UTF-8. */
  mostActiveTopics(limit: number): Promise<readonly ActiveTopic[]>;

  /**
   * Removes a tweet's rows of every model revision and its contribution, and leaves a tombstone
   * for a day, so that a write already under way does not bring it back.
   */
  purgeTweet(id: TweetId): Promise<Purged>;

  /**
   * Purges every tweet of a user as `purgeTweet` does, in bounded steps, and the user's names.
   * Leaves a tombstone of the user for a day: rows scored up to `scoredUpToMs` are not written.
   * A failure keeps the finished steps; call it again for the rest.
   */
  purgeUser(id: UserId, scoredUpToMs: number, beforeStep: BeforePurge): Promise<Purged>;

  /** Purges every tweet that counts under a topic, in the same way. */
  purgeTopic(topic: string, scoredUpToMs: number, beforeStep: BeforePurge): Promise<Purged>;

  /**
   * Compares the aggregates with the rows and the records of what each tweet contributes, page by
   * page, and repairs differences: restores lost aggregates while these records live, and removes
   * double counts. May run while the store is used; repeating it is harmless. A store that keeps
   * both in one place has nothing to compare.
   *
   * @param cursor `t0`, or `nextCursor` of the previous page: `t` or `e`, 1 to 20 digits, and in
   * Redis a mark
   */
  rebuildAggregates(cursor: string, isDryRun: boolean): Promise<RebuildPage>;

  close(): Promise<void>;
}
