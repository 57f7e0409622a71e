/**
 * Needs of the Redis adapter: rights on its server, and lifetimes. The infrastructure builds the
 * access list of the store's user from the rights; a test runs the adapter with these rights only.
 */
import { DAY_SECONDS } from './settings.ts';
import { ENVIRONMENT } from './variables.ts';

/** 60 days. */
export const DEFAULT_ROW_TTL_SECONDS: number = ENVIRONMENT.FEATURE_TTL_SECONDS.default;

/** 400 days: a year can be compared with the one before. */
export const DEFAULT_AGGREGATE_TTL_SECONDS = ENVIRONMENT.AGGREGATE_TTL_DAYS.default * DAY_SECONDS;

/** Commands that the adapter sends or its scripts call. */
export const FEATURE_STORE_COMMANDS = [
  'auth',
  'del',
  'eval',
  'evalsha',
  'exists',
  'expire',
  'get',
  'hdel',
  'hello',
  'hexists',
  'hget',
  'hgetall',
  'hkeys',
  'hlen',
  'hmget',
  'hset',
  'mget',
  'ping',
  'scan',
  'set',
  'time',
  'ttl',
  'zadd',
  'zcount',
  'zrange',
  'zrangebyscore',
  'zrem',
  'zremrangebyscore',
  'zrevrange',
  'zscore',
] as const;

/** Redis ACL rules of a user with these rights only. */
export function featureStoreAccess(keyPrefix: string): string {
  const commands = FEATURE_STORE_COMMANDS.map((command) => `+${command}`).join(' ');
  return `on ~${keyPrefix}* resetchannels -@all ${commands}`;
}
