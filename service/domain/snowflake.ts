import { SNOWFLAKE_BITS, SNOWFLAKE_EPOCH_MS } from '../contract/offline.ts';
import type { TweetId } from './tweet.ts';

const BITS_BELOW_TIME = BigInt(SNOWFLAKE_BITS);

/** Ids below it are counters. */
const FIRST_SNOWFLAKE = 2n ** 35n;

/**
 * The creation time of a tweet in milliseconds since the epoch, exact to the millisecond.
 *
 * Ids from before 2010-11-04 are plain counters below 2^35 without a time. They map to the first
 * eight seconds of the snowflake epoch, the latest time they can be from.
 */
export function snowflakeTimeMs(id: TweetId): number {
  return Number(BigInt(id) >> BITS_BELOW_TIME) + SNOWFLAKE_EPOCH_MS;
}

/** Checks if an id holds a time. */
export function hasTime(id: TweetId): boolean {
  return BigInt(id) >= FIRST_SNOWFLAKE;
}

/** The latest time that an id of 63 bits can hold: 2080-07-10. */
export const LAST_SNOWFLAKE_MS = snowflakeTimeMs(String(2n ** 63n - 1n));

/**
 * The id that X would assign to a tweet at a given time.
 *
 * @param ms since the epoch, after 2010-11-04.
 * @param sequence 0 to 4,194,303; distinguishes ids of the same millisecond.
 */
export function snowflakeIdAt(ms: number, sequence: number): TweetId {
  return String((BigInt(ms - SNOWFLAKE_EPOCH_MS) << BITS_BELOW_TIME) + BigInt(sequence));
}
