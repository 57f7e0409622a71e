/**
 * What all scripts share on aggregates, as Lua: users and topics with their buckets, totals and
 * ends; docs/feature-store-format.md explains the keys. A script that starts with it gets the
 * key prefix as ARGV[1]. An entity is written as in its key: `u:<user id>` or `g:<topic>`. Times
 * are the server's, in seconds.
 */
export const ENTITY_LUA = `
local prefix = ARGV[1]
local now = tonumber(redis.call('TIME')[1])

-- Calls a command on a key, which is made to be absent if it is of another type than the command
-- wants: no writer of this format has written it, and it must not make every script fail.
local function call(command, key, ...)
  local reply = redis.pcall(command, key, ...)
  if type(reply) ~= 'table' or not reply.err then
    return reply
  end
  if string.find(reply.err, 'WRONGTYPE', 1, true) then
    redis.call('DEL', key)
  end
  return redis.call(command, key, ...)
end

local function whole(number)
  return string.format('%.0f', math.max(number, 0))
end

-- So many whole numbers with a space between them; nil for anything else.
local function numbers(text, count)
  local digits, found = {}, {}
  for number in string.gmatch(text or '', '%d+') do
    digits[#digits + 1] = number
    found[#found + 1] = #number <= 16 and tonumber(number) or nil
  end
  if #found == count and table.concat(digits, ' ') == text then
    return found
  end
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

-- A value that no writer of this format has written counts as no bucket.
local function read_bucket(text)
  local n = numbers(text, 9)
  return n and {
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
  call('HSET', prefix .. entity, day, table.concat(fields, ' '))
end

local function write_total(entity, total)
  if is_user(entity) then
    for i = 1, 3 do
      total[i] = whole(total[i])
    end
    call('HSET', prefix .. entity, 't', table.concat(total, ' '))
    call('ZADD', prefix .. 'rank', total[1] + total[2] + total[3], id_of(entity))
  end
end

-- Removes all that is kept of an entity, a user's names included.
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

-- Forgets an entity that has no bucket left.
local function tidy(entity)
  local key = prefix .. entity
  local others = call('HEXISTS', key, 't') + call('HEXISTS', key, '@')
  if call('HLEN', key) == others then
    forget(entity)
  end
end

local function drop_bucket(entity, day)
  call('HDEL', prefix .. entity, day)
  call('ZREMRANGEBYSCORE', prefix .. 'm' .. entity, day, day)
end

-- Drops the buckets that have ended or are none, and puts a total right that is not their sum.
-- Answers how many there were to look at. Deleting comes first, be it nothing: once it has
-- written, a script may write on a server that is full.
local function settle(entity)
  call('HDEL', prefix .. entity, '')
  local fields = call('HGETALL', prefix .. entity)
  local total, first, held = { 0, 0, 0 }, nil, nil
  for i = 1, #fields, 2 do
    if fields[i] == 't' then
      held = fields[i + 1]
    elseif string.match(fields[i], '^%d+$') then
      local bucket = read_bucket(fields[i + 1])
      if bucket and bucket.ends > now then
        first = math.min(first or bucket.ends, bucket.ends)
        for label = 1, 3 do
          total[label] = total[label] + bucket.counts[label]
        end
      else
        drop_bucket(entity, fields[i])
      end
    end
  end
  if not first then
    forget(entity)
  else
    call('ZADD', due_key(entity), first, id_of(entity))
    if held ~= table.concat(total, ' ') then
      write_total(entity, total)
    end
  end
  return #fields / 2
end

-- Follows a change of a bucket.
local function add_to_total(entity, label, amount)
  if is_user(entity) then
    local total = numbers(call('HGET', prefix .. entity, 't'), 3)
    if total then
      total[label] = total[label] + amount
      write_total(entity, total)
    else
      settle(entity)
    end
  end
end

-- Settles an entity whose first bucket may have ended.
local function settle_if_due(entity)
  local first = call('ZSCORE', due_key(entity), id_of(entity))
  if first and tonumber(first) <= now then
    settle(entity)
  end
end

-- Settles entities of a kind whose first bucket may have ended. False when some may be left.
local function sweep(kind, entities, buckets)
  while true do
    local due = call('ZRANGEBYSCORE', prefix .. 'due:' .. kind, '-inf', now, 'LIMIT', 0, 1)
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
`;
