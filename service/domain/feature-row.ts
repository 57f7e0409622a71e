import type { LanguageFinding } from './language.ts';
import type { Label, Scores } from './sentiment.ts';
import type { TweetId } from './tweet.ts';

/**
 * One scored tweet: the row that the online and the offline store share. Rows of releases without
 * languages have none: they count as read by the model.
 */
export interface FeatureRow extends LanguageFinding {
  readonly tweetId: TweetId;
  readonly authorId: string | null;
  readonly authorUsername: string | null;
  readonly topics: readonly string[];
  /** The tweet's creation, milliseconds since the epoch. */
  readonly eventTimestampMs: number;
  /** When it was scored, milliseconds since the epoch. */
  readonly createdTimestampMs: number;
  readonly model: { readonly name: string; readonly revision: string };
  readonly preprocessingVersion: number;
  readonly label: Label;
  readonly scores: Scores;
  readonly truncated: boolean;
  /** Null if the configuration excludes texts from the store. */
  readonly text: string | null;
}

/** While its author may still edit a tweet its row is kept this long only. */
export const EDITABLE_ROW_TTL_SECONDS = 300;
