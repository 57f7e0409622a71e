-- Script putRow: writes a row and its tweet's contribution to the aggregates.
-- KEYS: row, index, tombstone.
-- Returns 1, or 0 when the tweet, its author or one of its topics has been purged.

local row, index, tombstone = KEYS[1], KEYS[2], KEYS[3]
local tweet = string.match(index, '(%d+)$')

-- Life of a day bucket after its last write.
local aggregate_seconds = tonumber(ARGV[2])
-- Life of the index of a tweet in a day bucket. Longer than that of the bucket, so that not every
-- write to the bucket has to prolong the indexes of all its tweets.
local cover_seconds = tonumber(ARGV[3])
-- Life of this tweet's index: at least the above, and longer than its row.
local index_seconds = tonumber(ARGV[4])
local max_topics = tonumber(ARGV[5])
local value, row_seconds = ARGV[6], tonumber(ARGV[7])
local version, scored_at, event = ARGV[8], tonumber(ARGV[9]), tonumber(ARGV[10])
local username = ARGV[12]
local incoming = {
  scored_at = scored_at, version = version, added = now,
  author = ARGV[11], content = ARGV[13], topics = split_topics(ARGV[14]),
}

-- A write settles as many entities as it may add, so that ended day buckets never pile up.
local SETTLED_USERS, SETTLED_BUCKETS = 2, 1000

-- A key ends a second after its last day bucket, never before it: TTL rounds.
local function prolong(key)
  extend(key, aggregate_seconds + 1)
end

-- An index must outlive every day bucket that holds its tweet.
local function prolong_indexes(entity, place)
  for _, member in ipairs(call('ZRANGEBYSCORE', prefix .. 'm' .. entity, place, place)) do
    extend(prefix .. 'i:' .. member, cover_seconds)
  end
end

local function add_contribution(contribution)
  local content = parse_content(contribution.content)
  local name, label = content.bucket, content.label
  local place = place_of(name)
  for _, entity in ipairs(entities_of(contribution)) do
    local key, members = prefix .. entity, prefix .. 'm' .. entity
    local text = call('HGET', key, name)
    local bucket = parse_day_bucket(text)
    if text and not bucket then
      -- The counts of a malformed bucket are lost, and must leave the total too.
      settle(entity)
    end
    if not bucket then
      bucket = {
        born = now, ends = 0, covered = now + cover_seconds,
        counts = { 0, 0, 0 }, sums = { 0, 0, 0 },
      }
    end
    bucket.ends = math.max(bucket.ends, now + aggregate_seconds)
    if bucket.ends > bucket.covered then
      prolong_indexes(entity, place)
      bucket.covered = now + cover_seconds
    end
    bucket.covered = math.min(bucket.covered, now + cover_seconds)
    bucket.counts[label] = bucket.counts[label] + 1
    for i = 1, 3 do
      bucket.sums[i] = bucket.sums[i] + content.scores[i]
    end
    write_day_bucket(entity, name, bucket)
    add_to_total(entity, content.counter, 1)
    call('ZADD', members, place, tweet)
    call('ZADD', due_key(entity), 'LT', bucket.ends, id_of(entity))
    prolong(key)
    prolong(members)
    prolong(due_key(entity))
    prolong(rank_key(entity))
    -- Never before the birth of a bucket, even where a failover has set the clock back.
    contribution.added = math.max(contribution.added, bucket.born)
  end
end

-- Checked before the first write: a script that fails half-way leaves what it has written.
if not parse_content(incoming.content) then
  return redis.error_reply('BADROW the content of a contribution is malformed')
end
if redis.call('EXISTS', tombstone) == 1 then
  return 0
end
for _, entity in ipairs(entities_of(incoming)) do
  local purged_up_to = call('GET', prefix .. 'x' .. entity)
  if scored_at <= (tonumber(purged_up_to or -1) or -1) then
    return 0
  end
end

-- The index is written first: if it cannot be, there must be no row that a purge would miss.
-- A row that arrives late does not replace one of the same version that was scored after it.
local row_scored_at = call('HGET', index, 'r:' .. version)
local is_late = (tonumber(row_scored_at or -1) or -1) > scored_at
  and redis.call('EXISTS', row) == 1
if not is_late then
  call('HSET', index, 'r:' .. version, ARGV[9])
  redis.call('SET', row, value, 'EX', row_seconds)
end

-- Settled before the removal, so that a user whose day buckets have all ended starts over.
for _, entity in ipairs(entities_of(incoming)) do
  settle_if_due(entity)
end
-- Added again even if the score stays the same: every write prolongs the day buckets, so that
-- a row never outlives the buckets by which a purge finds it.
local held = read_contribution(index)
local contribution = incoming
if held and (remove_contribution(tweet, held) > 0 or held.added + aggregate_seconds > now) then
  contribution = merge(held, incoming, max_topics)
end
add_contribution(contribution)
write_contribution(index, contribution)
for _, entity in ipairs(held and entities_of(held) or {}) do
  forget_if_empty(entity)
end
extend(index, index_seconds)
-- Skipped if a newer score names another author: the incoming one may have no day bucket, and
-- a name is only deleted with the last bucket of its user.
if username ~= '' and contribution.author == incoming.author then
  learn_name(incoming.author, username, event, aggregate_seconds)
end

settle_due('u', SETTLED_USERS, SETTLED_BUCKETS)
settle_due('g', 1 + #incoming.topics, SETTLED_BUCKETS)
return 1
