import type { Redis } from 'ioredis';
import type { TweetListing } from '../../application/ports/feature-store.ts';
import { isId, type RedisKeys } from './keys.ts';

/** Keys that one page scans; keys other than indexes are skipped. */
const KEYS_PER_STEP = 1_000;

/**
 * Lists one page of tweets by their indexes. SCAN guarantees that a key which exists throughout
 * is returned at least once.
 */
export async function listTweets(
  client: Redis,
  keys: RedisKeys,
  cursor: string,
): Promise<TweetListing> {
  const pattern = keys.pattern('i:*');
  const [next, found] = await client.scan(cursor, 'MATCH', pattern, 'COUNT', KEYS_PER_STEP);
  return {
    tweetIds: found.map((key) => keys.nameOf(key).slice('i:'.length)).filter(isId),
    nextCursor: next === '0' ? null : next,
  };
}
