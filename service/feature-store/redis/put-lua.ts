/**
 * Writes a row and what it adds to the aggregates; follows ENTITY_LUA and SHARE_LUA.
 *
 * KEYS: row, index, tombstone. ARGV: prefix, seconds that aggregates live, value, row seconds,
 * version, scored at, event, author or '', username or '', content (day, label 1 to 3 and three
 * scores), topics by line. Answers 0 when the tweet, its author or a topic has been purged.
 */
export const PUT_LUA = `
local tweet = string.match(KEYS[2], '(%d+)$')
local ttl = tonumber(ARGV[2])
-- So long lives an index: a quarter longer than buckets do, so that not every write to a bucket
-- has to prolong those of all its tweets.
local cover = math.floor(ttl * 5 / 4)

-- A key ends a second after what it holds does, never before: TTL is rounded.
local function prolong(key)
  extend(key, ttl + 1)
end

-- An index must outlive every bucket that its tweet is in.
local function prolong_indexes(entity, day)
  for _, member in ipairs(call('ZRANGEBYSCORE', prefix .. 'm' .. entity, day, day)) do
    extend(prefix .. 'i:' .. member, cover)
  end
end

local function put_in(share)
  local content = read_content(share.content)
  local day, label = content[1], content[2]
  for _, entity in ipairs(entities_of(share)) do
    local key, members = prefix .. entity, prefix .. 'm' .. entity
    local text = call('HGET', key, day)
    local bucket = read_bucket(text)
    if text and not bucket then
      -- What it counted is lost, and must leave the total too.
      settle(entity)
    end
    if not bucket then
      bucket = { born = now, ends = 0, covered = now + cover, counts = { 0, 0, 0 }, sums = { 0, 0, 0 } }
    end
    bucket.ends = math.max(bucket.ends, now + ttl)
    if bucket.ends > bucket.covered then
      prolong_indexes(entity, day)
      bucket.covered = now + cover
    end
    bucket.covered = math.min(bucket.covered, now + cover)
    bucket.counts[label] = bucket.counts[label] + 1
    for i = 1, 3 do
      bucket.sums[i] = bucket.sums[i] + content[2 + i]
    end
    write_bucket(entity, day, bucket)
    add_to_total(entity, label, 1)
    call('ZADD', members, day, tweet)
    call('ZADD', due_key(entity), 'LT', bucket.ends, id_of(entity))
    prolong(key)
    prolong(members)
    prolong(due_key(entity))
    if is_user(entity) then
      prolong(prefix .. 'rank')
    end
    -- Not before any bucket was born, even where a failover has set the clock back.
    share.added = math.max(share.added, bucket.born)
  end
end

-- As mergeContributions of the domain: the newer score, and what only one of the two could tell.
local function merge(held, incoming)
  local newer, older = held, incoming
  if incoming.scored_at > held.scored_at
    or (incoming.scored_at == held.scored_at and incoming.version > held.version) then
    newer, older = incoming, held
  end
  local topics, known = {}, {}
  for _, topic in ipairs(newer.topics) do
    topics[#topics + 1] = topic
    known[topic] = true
  end
  for _, topic in ipairs(older.topics) do
    if #topics < 64 and not known[topic] and not string.match(topic, '^[#$]') then
      topics[#topics + 1] = topic
    end
  end
  return {
    scored_at = newer.scored_at, version = newer.version, content = newer.content, added = now,
    author = newer.author ~= '' and newer.author or older.author, topics = topics,
  }
end

local function write_share(index, share)
  call('HSET', index, 'c', share.content,
    's', whole(share.scored_at) .. ' ' .. share.version .. ' ' .. whole(share.added))
  if share.author ~= '' then
    call('HSET', index, 'a', share.author)
  else
    call('HDEL', index, 'a')
  end
  if #share.topics > 0 then
    call('HSET', index, 'g', table.concat(share.topics, '\\n'))
  else
    call('HDEL', index, 'g')
  end
end

-- The newest event decides whose a name is, and which name a user has.
local function learn_name(user, username, event)
  local name = string.lower(username)
  local owner_key = prefix .. 'n:' .. name
  local owner, known = string.match(call('GET', owner_key) or '', '^(%d+) (%d+)$')
  if not owner or owner == user or event > tonumber(known) then
    local newest = owner == user and math.max(event, tonumber(known)) or event
    redis.call('SET', owner_key, user .. ' ' .. whole(newest), 'EX', ttl)
  end
  local key = prefix .. 'u:' .. user
  local profile = call('HGET', key, '@') or ''
  local latest, current, names = string.match(profile, '^(%d+) (%S+)(.*)$')
  if not latest or event > tonumber(latest) then
    latest, current = event, username
  end
  names = names or ''
  if not string.find(names .. ' ', ' ' .. name .. ' ', 1, true) then
    names = names .. ' ' .. name
  end
  local updated = whole(tonumber(latest)) .. ' ' .. current .. names
  if updated ~= profile then
    call('HSET', key, '@', updated)
  end
end

local row, index, tombstone = KEYS[1], KEYS[2], KEYS[3]
local value, row_seconds, version = ARGV[3], tonumber(ARGV[4]), ARGV[5]
local incoming = {
  scored_at = tonumber(ARGV[6]), version = version, added = now,
  author = ARGV[8], content = ARGV[10], topics = split(ARGV[11]),
}

if redis.call('EXISTS', tombstone) == 1 then
  return 0
end
for _, entity in ipairs(entities_of(incoming)) do
  local fence = call('GET', prefix .. 'x' .. entity)
  if incoming.scored_at <= (tonumber(fence or -1) or -1) then
    return 0
  end
end

-- The index is written first: if it cannot be, there must be no row that a purge would miss.
-- A row scored earlier, which comes late, does not replace the one of the same version.
local row_scored_at = call('HGET', index, 'r:' .. version)
local is_late = (tonumber(row_scored_at or -1) or -1) > incoming.scored_at
  and redis.call('EXISTS', row) == 1
if not is_late then
  call('HSET', index, 'r:' .. version, ARGV[6])
  redis.call('SET', row, value, 'EX', row_seconds)
end

-- Before anything is taken out: a user who has nothing left that counts starts anew.
for _, entity in ipairs(entities_of(incoming)) do
  settle_if_due(entity)
end
-- Added anew even if the score stays the same: every write prolongs the buckets, so that a row
-- is never there for longer than the buckets by which a purge finds it.
local held = read_share(index)
local share = incoming
if held and (take_out(tweet, held) > 0 or held.added + ttl > now) then
  share = merge(held, incoming)
end
put_in(share)
write_share(index, share)
for _, entity in ipairs(held and entities_of(held) or {}) do
  tidy(entity)
end
extend(index, math.max(cover, row_seconds + 86400))
-- Not of one whom a newer score does not take for the author: no bucket may be theirs, by whose
-- end the name would go.
if ARGV[9] ~= '' and share.author == incoming.author then
  learn_name(incoming.author, ARGV[9], tonumber(ARGV[7]))
end

-- As many as may have been added, so that what has ended never piles up.
sweep('u', 2, 1000)
sweep('g', 1 + #incoming.topics, 1000)
return 1
`;
