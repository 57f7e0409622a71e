/**
 * What the scripts on aggregates share, as Lua; docs/feature-store-format.md explains the keys.
 * A script that starts with it gets the key prefix as ARGV[1]. An entity is written as in its
 * key: `u:<user id>` or `g:<topic>`. Times are the server's, in seconds.
 */
export const AGGREGATE_LUA = `
local prefix = ARGV[1]
local now = tonumber(redis.call('TIME')[1])

local function whole(number)
  return string.format('%.0f', number)
end

local function is_user(entity)
  return string.sub(entity, 1, 2) == 'u:'
end

local function due_key(entity)
  return prefix .. 'due:' .. string.sub(entity, 1, 1)
end

local function id_of(entity)
  return string.sub(entity, 3)
end

local function extend(key, seconds)
  if redis.call('TTL', key) < seconds then
    redis.call('EXPIRE', key, seconds)
  end
end

local function numbers(text)
  local found = {}
  for number in string.gmatch(text or '', '%d+') do
    found[#found + 1] = tonumber(number)
  end
  return found
end

-- A value that no writer of this format has written counts as no bucket.
local function read_bucket(text)
  local n = numbers(text)
  if #n ~= 9 then
    return nil
  end
  return {
    born = n[1], ends = n[1] + n[2], covered = n[1] + n[3],
    counts = { n[4], n[5], n[6] }, sums = { n[7], n[8], n[9] },
  }
end

local function write_bucket(entity, day, bucket)
  local fields = {
    bucket.born, bucket.ends - bucket.born, bucket.covered - bucket.born,
    bucket.counts[1], bucket.counts[2], bucket.counts[3],
    bucket.sums[1], bucket.sums[2], bucket.sums[3],
  }
  for i, field in ipairs(fields) do
    fields[i] = whole(field)
  end
  redis.call('HSET', prefix .. entity, day, table.concat(fields, ' '))
end

local function write_total(entity, total)
  if is_user(entity) then
    redis.call('HSET', prefix .. entity, 't', table.concat(total, ' '))
    redis.call('ZADD', prefix .. 'rank', total[1] + total[2] + total[3], id_of(entity))
  end
end

local function add_to_total(entity, label, amount)
  if is_user(entity) then
    local total = numbers(redis.call('HGET', prefix .. entity, 't'))
    for i = 1, 3 do
      total[i] = total[i] or 0
    end
    total[label] = total[label] + amount
    write_total(entity, total)
  end
end

-- Removes all that is kept of an entity, a user's names included.
local function forget(entity)
  if is_user(entity) then
    local profile = redis.call('HGET', prefix .. entity, '@') or ''
    for name in string.gmatch(string.match(profile, '^%S+ %S+(.*)$') or '', '%S+') do
      local owner = redis.call('GET', prefix .. 'n:' .. name)
      if owner and string.match(owner, '^%d+') == id_of(entity) then
        redis.call('DEL', prefix .. 'n:' .. name)
      end
    end
    redis.call('ZREM', prefix .. 'rank', id_of(entity))
  end
  redis.call('DEL', prefix .. entity, prefix .. 'm' .. entity)
  redis.call('ZREM', due_key(entity), id_of(entity))
end

-- Forgets an entity that has no bucket left.
local function tidy(entity)
  local key = prefix .. entity
  local others = redis.call('HEXISTS', key, 't') + redis.call('HEXISTS', key, '@')
  if redis.call('HLEN', key) == others then
    forget(entity)
  end
end

local function drop_bucket(entity, day)
  redis.call('HDEL', prefix .. entity, day)
  redis.call('ZREMRANGEBYSCORE', prefix .. 'm' .. entity, day, day)
end

-- Drops the buckets that have ended. Answers how many there were to look at. Deleting comes
-- first, be it nothing: once it has written, a script may write on a server that is full.
local function settle(entity)
  redis.call('HDEL', prefix .. entity, '')
  local fields = redis.call('HGETALL', prefix .. entity)
  local total, first, dropped = { 0, 0, 0 }, nil, false
  for i = 1, #fields, 2 do
    if string.match(fields[i], '^%d+$') then
      local bucket = read_bucket(fields[i + 1])
      if bucket and bucket.ends > now then
        first = math.min(first or bucket.ends, bucket.ends)
        for label = 1, 3 do
          total[label] = total[label] + bucket.counts[label]
        end
      else
        drop_bucket(entity, fields[i])
        dropped = true
      end
    end
  end
  if not first then
    forget(entity)
  else
    redis.call('ZADD', due_key(entity), first, id_of(entity))
    if dropped then
      write_total(entity, total)
    end
  end
  return #fields / 2
end

-- Settles an entity whose first bucket may have ended.
local function settle_if_due(entity)
  local first = redis.call('ZSCORE', due_key(entity), id_of(entity))
  if first and tonumber(first) <= now then
    settle(entity)
  end
end

-- Settles entities of a kind whose first bucket may have ended. False when some may be left.
local function sweep(kind, entities, buckets)
  while true do
    local due = redis.call('ZRANGEBYSCORE', prefix .. 'due:' .. kind, '-inf', now, 'LIMIT', 0, 1)
    if not due[1] then
      return true
    end
    if entities <= 0 or buckets <= 0 then
      return false
    end
    entities = entities - 1
    buckets = buckets - 1 - settle(kind .. ':' .. due[1])
  end
end

local function split(topics)
  local list = {}
  for topic in string.gmatch(topics or '', '[^\\n]+') do
    list[#list + 1] = topic
  end
  return list
end

-- What a tweet has added to the aggregates, as its index tells.
local function read_share(index)
  local fields = redis.call('HMGET', index, 's', 'c', 'a', 'g')
  local scored_at, version, added = string.match(fields[1] or '', '^(%d+) (%S+) (%d+)$')
  if not scored_at or not fields[2] then
    return nil
  end
  return {
    scored_at = tonumber(scored_at), version = version, added = tonumber(added),
    content = fields[2], author = fields[3] or '', topics = split(fields[4]),
  }
end

local function entities_of(share)
  local entities = {}
  if share.author ~= '' then
    entities[1] = 'u:' .. share.author
  end
  for _, topic in ipairs(share.topics) do
    entities[#entities + 1] = 'g:' .. topic
  end
  return entities
end

-- Takes a share out of the buckets it is in, which are those born before it was added: a bucket
-- that took the place of an ended one does not hold it. Answers how many there were.
local function take_out(tweet, share)
  local content = numbers(share.content)
  local day, label = content[1], content[2]
  local taken = 0
  for _, entity in ipairs(entities_of(share)) do
    settle_if_due(entity)
    local bucket = read_bucket(redis.call('HGET', prefix .. entity, day))
    if bucket and bucket.born <= share.added then
      bucket.counts[label] = bucket.counts[label] - 1
      for i = 1, 3 do
        bucket.sums[i] = bucket.sums[i] - content[2 + i]
      end
      if bucket.counts[1] + bucket.counts[2] + bucket.counts[3] > 0 then
        redis.call('ZREM', prefix .. 'm' .. entity, tweet)
        write_bucket(entity, day, bucket)
      else
        drop_bucket(entity, day)
      end
      add_to_total(entity, label, -1)
      taken = taken + 1
    end
  end
  return taken
end

-- Removes all that is stored of a tweet, deleting first as well. The row of the current version is removed by its name too,
-- should the index have been evicted before it.
local function purge(tweet, current_version, tombstone_seconds)
  local index = prefix .. 'i:' .. tweet
  local stem = prefix .. 't:' .. tweet .. ':'
  local rows = redis.call('DEL', stem .. current_version)
  for _, field in ipairs(redis.call('HKEYS', index)) do
    local version = string.match(field, '^r:(.+)$')
    if version then
      rows = rows + redis.call('DEL', stem .. version)
    end
  end
  local share = read_share(index)
  redis.call('DEL', index)
  local contributions = 0
  if share then
    contributions = take_out(tweet, share)
    for _, entity in ipairs(entities_of(share)) do
      tidy(entity)
    end
  end
  redis.call('SET', prefix .. 'x:' .. tweet, '', 'EX', tombstone_seconds)
  return rows, contributions
end
`;
