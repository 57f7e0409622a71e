-- Entities: users and topics with their day buckets, totals and ends. Follows store.lua.
-- An entity is written as in its keys: `u:<user id>` or `g:<topic>`.

local function is_user(entity)
  return string.sub(entity, 1, 2) == 'u:'
end

local function id_of(entity)
  return string.sub(entity, 3)
end

local function due_key(entity)
  return prefix .. 'due:' .. string.sub(entity, 1, 1)
end

-- A value that is not as described counts as an absent day bucket.
local function parse_day_bucket(text)
  local n = parse_integers(text, 9)
  return n and {
    born = n[1], ends = n[1] + n[2], covered = n[1] + n[3],
    counts = { n[4], n[5], n[6] }, sums = { n[7], n[8], n[9] },
  }
end

local function write_day_bucket(entity, day, bucket)
  local fields = {
    bucket.born, bucket.ends - bucket.born, bucket.covered - bucket.born,
    bucket.counts[1], bucket.counts[2], bucket.counts[3],
    bucket.sums[1], bucket.sums[2], bucket.sums[3],
  }
  for i, field in ipairs(fields) do
    fields[i] = format_integer(field)
  end
  call('HSET', prefix .. entity, day, table.concat(fields, ' '))
end

local function drop_day_bucket(entity, day)
  call('HDEL', prefix .. entity, day)
  call('ZREMRANGEBYSCORE', prefix .. 'm' .. entity, day, day)
end

-- Only users have a total and a place in the ranking.
local function write_total(entity, total)
  if is_user(entity) then
    for i = 1, 3 do
      total[i] = format_integer(total[i])
    end
    call('HSET', prefix .. entity, 't', table.concat(total, ' '))
    call('ZADD', prefix .. 'rank', total[1] + total[2] + total[3], id_of(entity))
  end
end

-- Deletes everything stored about an entity, including a user's names.
local function forget(entity)
  if is_user(entity) then
    local profile = call('HGET', prefix .. entity, '@') or ''
    for name in string.gmatch(string.match(profile, '^%S+ %S+(.*)$') or '', '%S+') do
      local owner = call('GET', prefix .. 'n:' .. name)
      if owner and string.match(owner, '^%d+') == id_of(entity) then
        redis.call('DEL', prefix .. 'n:' .. name)
      end
    end
    call('ZREM', prefix .. 'rank', id_of(entity))
  end
  redis.call('DEL', prefix .. entity, prefix .. 'm' .. entity)
  call('ZREM', due_key(entity), id_of(entity))
end

local function forget_if_empty(entity)
  local key = prefix .. entity
  local others = call('HEXISTS', key, 't') + call('HEXISTS', key, '@')
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
  local total, first_end, stored_total = { 0, 0, 0 }, nil, nil
  for i = 1, #fields, 2 do
    if fields[i] == 't' then
      stored_total = fields[i + 1]
    elseif string.match(fields[i], '^%d+$') then
      local bucket = parse_day_bucket(fields[i + 1])
      if bucket and bucket.ends > now then
        first_end = math.min(first_end or bucket.ends, bucket.ends)
        for label = 1, 3 do
          total[label] = total[label] + bucket.counts[label]
        end
      else
        drop_day_bucket(entity, fields[i])
      end
    end
  end
  if not first_end then
    forget(entity)
  else
    call('ZADD', due_key(entity), first_end, id_of(entity))
    if stored_total ~= table.concat(total, ' ') then
      write_total(entity, total)
    end
  end
  return #fields / 2
end

-- Settles an entity whose first day bucket may have ended.
local function settle_if_due(entity)
  local first_end = call('ZSCORE', due_key(entity), id_of(entity))
  if first_end and tonumber(first_end) <= now then
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

-- Adds to a user's total after a change of a day bucket.
local function add_to_total(entity, label, amount)
  if is_user(entity) then
    local total = parse_integers(call('HGET', prefix .. entity, 't'), 3)
    if total then
      total[label] = total[label] + amount
      write_total(entity, total)
    else
      settle(entity)
    end
  end
end
