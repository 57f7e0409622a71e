import type { TweetId } from './tweet.ts';

/** 2010-11-04T01:42:54.657Z, from which X's ids count milliseconds. */
const SNOWFLAKE_EPOCH_MS = 1_288_834_974_657;

/** Worker and sequence number below the time. */
const BITS_BELOW_TIME = 22n;

/**
 * When the tweet was created, in milliseconds since the epoch, exact to the millisecond.
 *
 * Ids given before 2010-11-04 are plain counters below 2^35 and hold no time. They come out as
 * the first eight seconds of the snowflake epoch, which is the latest they can be from.
 */
export function snowflakeTimeMs(id: TweetId): number {
  return Number(BigInt(id) >> BITS_BELOW_TIME) + SNOWFLAKE_EPOCH_MS;
}

/**
 * The id that X would give a tweet at a time.
 *
 * @param ms since the epoch, after 2010-11-04.
 * @param sequence 0 to 4,194,303; tells ids of the same millisecond apart.
 */
export function snowflakeIdAt(ms: number, sequence: number): TweetId {
  return String((BigInt(ms - SNOWFLAKE_EPOCH_MS) << BITS_BELOW_TIME) + BigInt(sequence));
}
