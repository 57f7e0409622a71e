/** Decimal digits of a post's snowflake id without leading zeros, 1 to 2^63-1. */
export type TweetId = string;

/** A post as the service uses it, whatever source it was read from. */
export interface Tweet {
  readonly id: TweetId;
  /** The text to score: a long post's full text, a retweet's original. */
  readonly text: string;
  /** Null where the source does not tell (oEmbed). */
  readonly authorId: string | null;
  readonly authorUsername: string | null;
  /** Milliseconds since the epoch. */
  readonly createdAtMs: number;
  /** Normalised topics: `#bitcoin`, `$btc`, or a plain name given at ingest. */
  readonly topics: readonly string[];
  /** Milliseconds since the epoch until which the author may still edit; null when not known. */
  readonly editableUntilMs: number | null;
}
