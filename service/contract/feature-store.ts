/**
 * What the Redis adapter needs from its server. The infrastructure makes the access list of the
 * store's user from it, so it imports nothing; a test runs the adapter with just these rights.
 */

/** Every command that the adapter sends, or that its scripts call. */
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
  'zrange',
  'zrangebyscore',
  'zrem',
  'zremrangebyscore',
  'zrevrange',
  'zscore',
] as const;

/** A user who may do this and nothing else, in the words of Redis' ACL. */
export function featureStoreAccess(keyPrefix: string): string {
  const commands = FEATURE_STORE_COMMANDS.map((command) => `+${command}`).join(' ');
  return `on ~${keyPrefix}* resetchannels -@all ${commands}`;
}
