import type { Redis, Result } from 'ioredis';

/**
 * The store's Lua scripts. Each is one atomic step; docs/feature-store-format.md explains the
 * keys. Row keys that a purge finds in the index are not passed as KEYS, which is allowed as
 * long as cluster mode is off.
 */

/**
 * KEYS: row, index, tombstone. ARGV: value, row seconds, version field, index seconds.
 * The index is written first: if it cannot be, there must be no row that a purge would miss.
 */
const PUT_ROW = `
if redis.call('EXISTS', KEYS[3]) == 1 then
  return 0
end
redis.call('HSET', KEYS[2], 'r:' .. ARGV[3], '')
if redis.call('TTL', KEYS[2]) < tonumber(ARGV[4]) then
  redis.call('EXPIRE', KEYS[2], ARGV[4])
end
redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2])
return 1
`;

/**
 * KEYS: row of the current version, index, tombstone. ARGV: row stem, tombstone seconds.
 * The current row is removed by its name too, should the index have been evicted before it.
 * Deleting comes first: once it has written, a script may write on a server that is full.
 */
const PURGE_TWEET = `
local rows = redis.call('DEL', KEYS[1])
for _, field in ipairs(redis.call('HKEYS', KEYS[2])) do
  local version = string.match(field, '^r:(.+)$')
  if version then
    rows = rows + redis.call('DEL', ARGV[1] .. version)
  end
end
redis.call('DEL', KEYS[2])
redis.call('SET', KEYS[3], '', 'EX', ARGV[2])
return rows
`;

/** KEYS: row. ARGV: value. A writer may have replaced the corrupt value meanwhile. */
const DROP_ROW = `
if redis.call('GET', KEYS[1]) == ARGV[1] then
  return redis.call('DEL', KEYS[1])
end
return 0
`;

declare module 'ioredis' {
  interface RedisCommander<Context> {
    putRow(
      row: string,
      index: string,
      tombstone: string,
      value: string,
      rowSeconds: number,
      versionField: string,
      indexSeconds: number,
    ): Result<unknown, Context>;
    purgeTweet(
      currentRow: string,
      index: string,
      tombstone: string,
      rowStem: string,
      tombstoneSeconds: number,
    ): Result<unknown, Context>;
    dropRow(row: string, value: Buffer): Result<unknown, Context>;
  }
}

/** Makes the scripts commands of a client: EVAL first on each connection, EVALSHA then. */
export function defineScripts(client: Redis): void {
  client.defineCommand('putRow', { numberOfKeys: 3, lua: PUT_ROW });
  client.defineCommand('purgeTweet', { numberOfKeys: 3, lua: PURGE_TWEET });
  client.defineCommand('dropRow', { numberOfKeys: 1, lua: DROP_ROW });
}
