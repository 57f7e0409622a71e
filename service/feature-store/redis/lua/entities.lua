-- Entities: users and topics with their day buckets, totals and ends. Follows store.lua.
-- An entity is written as in its keys: `u:<user id>` or `g:<topic>`. A day bucket is named by its
-- day, with `o` for tweets in languages that the model does not read, which have their own.

-- Total of an entity's tweets in other languages, beside those of the three labels.
local OTHERS = 4

local function is_user(entity)
  return string.sub(entity, 1, 2) == 'u:'
end

local function id_of(entity)
  return string.sub(entity, 3)
end

local function rank_key(entity)
  return prefix .. (is_user(entity) and 'rank' or 'rank:g')
end

local function due_key(entity)
  return prefix .. 'due:' .. string.sub(entity, 1, 1)
end

-- Score of a day bucket's tweets among those of the entity. Nil for the name of another field.
local function place_of(name)
  local day, other = string.match(name, '^(%d+)(o?)$')
  return day and tonumber(day) + (other == 'o' and 0.5 or 0)
end

local function is_other_language(name)
  return string.sub(name, -1) == 'o'
end

-- A value that is not as described counts as an absent day bucket.
local function parse_day_bucket(text)
  local n = parse_integers(text, 9)
  return n and {
    born = n[1], ends = n[1] + n[2], covered = n[1] + n[3],
    counts = { n[4], n[5], n[6] }, sums = { n[7], n[8], n[9] },
  }
end

local function write_day_bucket(entity, name, bucket)
  local fields = {
    bucket.born, bucket.ends - bucket.born, bucket.covered - bucket.born,
    bucket.counts[1], bucket.counts[2], bucket.counts[3],
    bucket.sums[1], bucket.sums[2], bucket.sums[3],
  }
  for i, field in ipairs(fields) do
    fields[i] = format_integer(field)
  end
  call('HSET', prefix .. entity, name, table.concat(fields, ' '))
end

-- A day bucket that has ended is absent, also where the register of ends was lost and nothing has
-- dropped it.
local function is_live(bucket)
  return bucket and bucket.ends > now
end

local function drop_day_bucket(entity, name)
  call('HDEL', prefix .. entity, name)
end

local function drop_ended_day_bucket(entity, name)
  local place = place_of(name)
  drop_day_bucket(entity, name)
  call('ZREMRANGEBYSCORE', prefix .. 'm' .. entity, place, place)
end

-- Numbers of an entity's tweets over all day buckets: of the three labels, and in other languages.
-- Nil if they are absent or malformed; topics of releases before the ranking of topics have none.
local function read_total(entity)
  local fields = call('HMGET', prefix .. entity, 't', 'o')
  local total, others = parse_integers(fields[1], 3), parse_integers(fields[2] or '0', 1)
  if total and others then
    total[OTHERS] = others[1]
    return total
  end
end

local function is_read(total)
  return total[1] + total[2] + total[3] > 0
end

-- An entity with tweets that the model reads has a place in the ranking of its kind.
local function write_read_total(entity, total)
  local texts = {}
  for i = 1, 3 do
    texts[i] = format_integer(total[i])
  end
  call('HSET', prefix .. entity, 't', table.concat(texts, ' '))
  if is_read(total) then
    call('ZADD', rank_key(entity), total[1] + total[2] + total[3], id_of(entity))
  else
    call('ZREM', rank_key(entity), id_of(entity))
  end
end

local function write_others_total(entity, total)
  if total[OTHERS] > 0 then
    call('HSET', prefix .. entity, 'o', format_integer(total[OTHERS]))
  else
    call('HDEL', prefix .. entity, 'o')
  end
end

local function write_total(entity, total)
  write_read_total(entity, total)
  write_others_total(entity, total)
end

-- Deletes a name, in lower case, unless another user has it.
local function forget_name(user, name)
  local owner = call('GET', prefix .. 'n:' .. name)
  if owner and string.match(owner, '^%d+') == user then
    redis.call('DEL', prefix .. 'n:' .. name)
  end
end

-- Deletes the name in a row that the purge of its user missed. A user who has tweeted since has
-- names again.
local function forget_purged_name(user, name, scored_at)
  local purged_up_to = tonumber(call('GET', prefix .. 'xu:' .. user) or -1) or -1
  if scored_at <= purged_up_to and not call('HGET', prefix .. 'u:' .. user, '@') then
    forget_name(user, name)
  end
end

-- Deletes everything stored about an entity, including a user's names. The list of its tweets stays:
-- it is empty, or names tweets whose day buckets were lost, which a purge has to find.
local function forget(entity)
  if is_user(entity) then
    local profile = call('HGET', prefix .. entity, '@') or ''
    for name in string.gmatch(string.match(profile, '^%S+ %S+(.*)$') or '', '%S+') do
      forget_name(id_of(entity), name)
    end
  end
  redis.call('DEL', prefix .. entity)
  call('ZREM', rank_key(entity), id_of(entity))
  call('ZREM', due_key(entity), id_of(entity))
end

local function forget_if_empty(entity)
  local key = prefix .. entity
  local others = 0
  for _, field in ipairs({ 't', 'o', '@' }) do
    others = others + call('HEXISTS', key, field)
  end
  if call('HLEN', key) == others then
    forget(entity)
  end
end

-- Drops the day buckets that have ended or are malformed, and corrects a total that is not
-- their sum. Returns the number of fields looked at. Deletes first, even if nothing: a script
-- that has already written may go on writing on a server that has reached maxmemory.
local function settle(entity)
  call('HDEL', prefix .. entity, '')
  local fields = call('HGETALL', prefix .. entity)
  local total, first_end = { 0, 0, 0, 0 }, nil
  for i = 1, #fields, 2 do
    if place_of(fields[i]) then
      local bucket = parse_day_bucket(fields[i + 1])
      if is_live(bucket) then
        first_end = math.min(first_end or bucket.ends, bucket.ends)
        for label = 1, 3 do
          local counter = is_other_language(fields[i]) and OTHERS or label
          total[counter] = total[counter] + bucket.counts[label]
        end
      elseif bucket then
        drop_ended_day_bucket(entity, fields[i])
      else
        drop_day_bucket(entity, fields[i])
      end
    end
  end
  if not first_end then
    forget(entity)
  else
    call('ZADD', due_key(entity), first_end, id_of(entity))
    local stored = read_total(entity) or {}
    if table.concat(stored, ' ') ~= table.concat(total, ' ') then
      write_total(entity, total)
    end
    -- A register that was lost begins without an expiry.
    local seconds = redis.call('TTL', prefix .. entity)
    extend(due_key(entity), seconds)
    extend(rank_key(entity), seconds)
  end
  return #fields / 2
end

-- True if the first day bucket of an entity may have ended, also where the register of ends was lost.
local function is_due(entity)
  local first_end = call('ZSCORE', due_key(entity), id_of(entity))
  if first_end then
    return tonumber(first_end) <= now
  end
  return redis.call('EXISTS', prefix .. entity) == 1
end

local function settle_if_due(entity)
  if is_due(entity) then
    settle(entity)
  end
end

-- Settles due entities of a kind, `u` or `g`, until one of the limits is used up. Returns false
-- when some may be left.
local function settle_due(kind, max_entities, max_buckets)
  while true do
    local due = call('ZRANGEBYSCORE', prefix .. 'due:' .. kind, '-inf', now, 'LIMIT', 0, 1)
    if not due[1] then
      return true
    end
    if max_entities <= 0 or max_buckets <= 0 then
      return false
    end
    max_entities = max_entities - 1
    max_buckets = max_buckets - 1 - settle(kind .. ':' .. due[1])
  end
end

-- Adds to an entity's total, of a label or of other languages, after a change of a day bucket.
local function add_to_total(entity, counter, amount)
  local total = read_total(entity)
  if not total then
    settle(entity)
    return
  end
  total[counter] = total[counter] + amount
  if counter == OTHERS then
    write_others_total(entity, total)
  else
    write_read_total(entity, total)
  end
end
