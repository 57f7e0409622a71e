import type { Redis } from 'ioredis';

/**
 * KEYS none. ARGV: prefix, seconds. Moves every time that is stored into the past: expiries of
 * keys, births of buckets, when a tweet was added, when the first bucket of an entity ends.
 */
const AGE = `
local prefix, seconds = ARGV[1], tonumber(ARGV[2])
for _, key in ipairs(redis.call('KEYS', prefix .. '*')) do
  local left = redis.call('PTTL', key) - seconds * 1000
  local name = string.sub(key, #prefix + 1)
  if left <= 0 then
    redis.call('DEL', key)
  else
    redis.call('PEXPIRE', key, left)
    if string.match(name, '^[ug]:') then
      local fields = redis.call('HGETALL', key)
      for i = 1, #fields, 2 do
        local born, rest = string.match(fields[i + 1], '^(%d+)( .*)$')
        if string.match(fields[i], '^%d+o?$') then
          redis.call('HSET', key, fields[i], string.format('%.0f', born - seconds) .. rest)
        end
      end
    elseif string.match(name, '^i:') then
      local score = redis.call('HGET', key, 's')
      local scored, added = string.match(score, '^(.* )(%d+)$')
      redis.call('HSET', key, 's', scored .. string.format('%.0f', added - seconds))
    elseif string.match(name, '^due:') then
      local members = redis.call('ZRANGE', key, 0, -1)
      for _, member in ipairs(members) do
        redis.call('ZINCRBY', key, -seconds, member)
      end
    end
  end
end
`;

/** Lets time pass for all that a feature store has written under a prefix. */
export async function age(admin: Redis, keyPrefix: string, seconds: number): Promise<void> {
  await admin.eval(AGE, 0, keyPrefix, seconds);
}
