import type { Language } from './language.ts';

/** Decimal digits of a post's snowflake id without leading zeros, 1 to 2^63-1. */
export type TweetId = string;

/** A post in the form the service uses, from any source. */
export interface Tweet {
  readonly id: TweetId;
  /** The text to score: a long post's full text, a retweet's original. */
  readonly text: string;
  /** Null if the source does not provide it (oEmbed). */
  readonly authorId: string | null;
  readonly authorUsername: string | null;
  /** Milliseconds since the epoch. */
  readonly createdAtMs: number;
  /** Canonical topics: `#bitcoin`, `$btc`, or a plain name given at ingest. */
  readonly topics: readonly string[];
  /** Language that the source gives; null if it gives none. */
  readonly language: Language | null;
  /** End of the edit window, in milliseconds since the epoch; null if unknown. */
  readonly editableUntilMs: number | null;
}
