-- Script putRow: writes a row and its tweet's contribution to the aggregates.
-- KEYS: row, index, tombstone.
-- Returns 1, or 0 when the tweet, its author or one of its topics has been purged.

local row, index, tombstone = KEYS[1], KEYS[2], KEYS[3]
local tweet = string.match(index, '(%d+)$')

local lives = { aggregate = tonumber(ARGV[2]), cover = tonumber(ARGV[3]) }
-- Life of this tweet's index: at least `lives.cover`, and longer than its row.
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
local row_scored_at = tonumber(call('HGET', index, 'r:' .. version) or '')
local is_late = row_scored_at and score_order(row_scored_at) > score_order(scored_at)
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
if held and (remove_contribution(tweet, held) > 0 or held.added + lives.aggregate > now) then
  contribution = merge(held, incoming, max_topics)
end
add_contribution(tweet, contribution, lives)
write_contribution(index, contribution)
for _, entity in ipairs(held and entities_of(held) or {}) do
  forget_if_empty(entity)
end
extend(index, index_seconds)
-- Skipped if a newer score names another author: the incoming one may have no day bucket, and
-- a name is only deleted with the last bucket of its user.
if username ~= '' and contribution.author == incoming.author then
  learn_name(incoming.author, username, event, lives.aggregate)
end

settle_due('u', SETTLED_USERS, SETTLED_BUCKETS)
settle_due('g', 1 + #incoming.topics, SETTLED_BUCKETS)
return 1
