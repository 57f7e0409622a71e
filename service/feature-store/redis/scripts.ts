import type { Redis, Result } from 'ioredis';
import { ENTITY_LUA } from './entity-lua.ts';
import { PUT_LUA } from './put-lua.ts';
import { SHARE_LUA } from './share-lua.ts';

/**
 * The store's Lua scripts. Each is one atomic step; docs/feature-store-format.md explains the
 * keys. Keys that a script finds in the store are not passed as KEYS, which is allowed as long
 * as cluster mode is off.
 */

const AGGREGATE_LUA = ENTITY_LUA + SHARE_LUA;

/** ARGV: prefix, tweet, current version, tombstone seconds. */
const PURGE_TWEET = `${AGGREGATE_LUA}
return { purge(ARGV[2], ARGV[3], ARGV[4]) }
`;

/**
 * One step. ARGV: prefix, entity, current version, tombstone seconds, scored up to, tweets of
 * the next step at most, tweets to purge. Answers the rows and contributions removed, and the
 * tweets of the next step. With the last one goes what remains of an entity without tweets:
 * contributions whose index was lost.
 */
const PURGE_ENTITY = `${AGGREGATE_LUA}
local entity = ARGV[2]
local fence_key, members = prefix .. 'x' .. entity, prefix .. 'm' .. entity
local fence = math.max(tonumber(call('GET', fence_key) or 0) or 0, tonumber(ARGV[5]))
redis.call('DEL', fence_key)
redis.call('SET', fence_key, whole(fence), 'EX', ARGV[4])
settle_if_due(entity)
local rows, contributions = 0, 0
for i = 7, #ARGV do
  -- Also one that counts elsewhere since it has been named: it has been recorded as purged.
  local purged_rows, purged_contributions = purge(ARGV[i], ARGV[3], ARGV[4])
  rows = rows + purged_rows
  contributions = contributions + purged_contributions
  call('ZREM', members, ARGV[i])
end
local next_tweets = call('ZRANGE', members, 0, ARGV[6] - 1)
if #next_tweets == 0 then
  forget(entity)
end
return { rows, contributions, next_tweets }
`;

/**
 * ARGV: prefix, users at most, buckets to look at. Answers id, total by label and profile of
 * each; nil when there is more to settle first than may be done in one step.
 */
const MOST_ACTIVE = `${ENTITY_LUA}
if not sweep('u', 1000, tonumber(ARGV[3])) then
  return false
end
local users = {}
for _, id in ipairs(call('ZREVRANGE', prefix .. 'rank', 0, ARGV[2] - 1)) do
  local user = 'u:' .. id
  if not numbers(call('HGET', prefix .. user, 't'), 3) then
    settle(user)
  end
  local fields = call('HMGET', prefix .. user, 't', '@')
  if fields[1] then
    users[#users + 1] = { id, fields[1], fields[2] or '' }
  end
end
return users
`;

/**
 * ARGV: prefix, username in lower case. Answers whose the name is; nil when it is nobody's. A
 * name is kept from its own last use on, and may outlive the last bucket of its user, who is
 * settled first for that reason.
 */
const OWNER_OF = `${ENTITY_LUA}
local owner_key = prefix .. 'n:' .. ARGV[2]
local function owner()
  return string.match(call('GET', owner_key) or '', '^(%d+) %d+$')
end
local id = owner()
if not id then
  return false
end
settle_if_due('u:' .. id)
return redis.call('EXISTS', prefix .. 'u:' .. id) == 1 and owner() or false
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
      prefix: string,
      aggregateSeconds: number,
      value: string,
      rowSeconds: number,
      version: string,
      scoredAtMs: number,
      eventMs: number,
      author: string,
      username: string,
      content: string,
      topics: string,
    ): Result<unknown, Context>;
    purgeTweet(
      prefix: string,
      tweet: string,
      currentVersion: string,
      tombstoneSeconds: number,
    ): Result<unknown, Context>;
    purgeEntity(
      prefix: string,
      entity: string,
      currentVersion: string,
      tombstoneSeconds: number,
      scoredUpToMs: number,
      nextTweets: number,
      ...tweets: string[]
    ): Result<unknown, Context>;
    mostActive(prefix: string, users: number, buckets: number): Result<unknown, Context>;
    ownerOf(prefix: string, username: string): Result<unknown, Context>;
    dropRow(row: string, value: Buffer): Result<unknown, Context>;
  }
}

/** Makes the scripts commands of a client: EVAL first on each connection, EVALSHA then. */
export function defineScripts(client: Redis): void {
  client.defineCommand('putRow', { numberOfKeys: 3, lua: AGGREGATE_LUA + PUT_LUA });
  client.defineCommand('purgeTweet', { numberOfKeys: 0, lua: PURGE_TWEET });
  client.defineCommand('purgeEntity', { numberOfKeys: 0, lua: PURGE_ENTITY });
  client.defineCommand('mostActive', { numberOfKeys: 0, lua: MOST_ACTIVE });
  client.defineCommand('ownerOf', { numberOfKeys: 0, lua: OWNER_OF });
  client.defineCommand('dropRow', { numberOfKeys: 1, lua: DROP_ROW });
}
