-- Script rebuildTweet: compares a tweet's index, or one of its rows, with the aggregates.
-- ARGV: prefix, tweet, 1 to mend what differs or 0 to report it, life of a day bucket, life of an
-- index, most topics. For a row also: version, scored at (ms), event (ms), author, username, content,
-- topics.
-- Returns 1 or 0 for each: the index lacked the row; a contribution was missing; a username was
-- missing; a purge missed the tweet, which has to be purged again.

local tweet, mends = ARGV[2], ARGV[3] == '1'
local lives = { aggregate = tonumber(ARGV[4]), cover = tonumber(ARGV[5]) }
local max_topics = tonumber(ARGV[6])
local version = ARGV[7]
local index = prefix .. 'i:' .. tweet
local row = version and prefix .. 't:' .. tweet .. ':' .. version
-- Nil also when the row has expired or was purged since it was read.
local incoming = row and redis.call('EXISTS', row) == 1 and {
  scored_at = tonumber(ARGV[8]), version = version, added = now,
  author = ARGV[10], content = ARGV[12], topics = split_topics(ARGV[13]),
} or nil
-- By which an index outlives its row.
local ROW_MARGIN_SECONDS = 86400

-- True while every day bucket of a contribution lives, because it was added that recently.
local function is_recent(contribution)
  return contribution.added + lives.aggregate > now
end

local function prolong_index()
  extend(index, math.max(lives.cover, incoming and redis.call('TTL', row) + ROW_MARGIN_SECONDS or 0))
end

-- Counts the tweet where it is missing. A write of the same score would do that as well, but would
-- first take the tweet out of the day buckets that seem to hold it, because they were born in the
-- second in which it was added. Those are left to the pass over entities, which counts them again.
local function restore(contribution)
  local entities, content = entities_of(contribution), parse_content(contribution.content)
  local added = now
  for _, entity in ipairs(entities) do
    settle_if_due(entity)
    local amount = is_counted(entity, contribution) and 0 or 1
    added = math.max(added, add_to_bucket(tweet, entity, content, amount, lives).born)
  end
  contribution.added = added
  write_contribution(index, contribution)
  prolong_index()
end

-- Adds a row that the index lacks, as a write would.
local function adopt(held)
  local contribution = incoming
  for _, entity in ipairs(entities_of(contribution)) do
    settle_if_due(entity)
  end
  if held and (remove_contribution(tweet, held) > 0 or is_recent(held)) then
    contribution = merge(held, incoming, max_topics)
  end
  call('HSET', index, 'r:' .. version, ARGV[8])
  add_contribution(tweet, contribution, lives)
  write_contribution(index, contribution)
  for _, entity in ipairs(held and entities_of(held) or {}) do
    forget_if_empty(entity)
  end
  prolong_index()
  return contribution
end

-- Lists the tweet where it counts. Returns the number of entities that did not list it.
local function list(contribution)
  local entities = entities_not_listing(tweet, contribution)
  for _, entity in ipairs(mends and entities or {}) do
    local place = place_of(parse_content(contribution.content).bucket)
    call('ZADD', prefix .. 'm' .. entity, place, tweet)
    -- As long as the day buckets: later, the list would name tweets that no longer count.
    extend(prefix .. 'm' .. entity, redis.call('TTL', prefix .. entity))
    -- A write to the day bucket could not prolong an index that was not listed.
    extend(index, lives.cover)
  end
  return #entities
end

local held = (mends or look('HLEN', index)) and read_contribution(index) or nil
local is_unknown = incoming and not (held and look('HGET', index, 'r:' .. version))
if not held and not incoming then
  return { 0, 0, 0, 0 }
end
local is_purged_row = is_unknown and is_purged(incoming)
local is_missed = redis.call('EXISTS', prefix .. 'x:' .. tweet) == 1
  or (held and is_recent(held) and is_purged(held)) or (is_purged_row and not held)
if is_missed or is_purged_row then
  if mends and is_unknown and is_missed then
    -- For the purge of the tweet, which finds rows by the index. Until then the tweet is reported again.
    call('HSET', index, 'r:' .. version, ARGV[8])
    prolong_index()
  elseif mends and is_unknown then
    forget_purged_name(ARGV[10], string.lower(ARGV[11]), incoming.scored_at)
    redis.call('DEL', row)
  end
  return { is_missed and 0 or 1, 0, 0, is_missed and 1 or 0 }
end

local lost_row, lost_contribution, lost_name = 0, 0, 0
if is_unknown then
  lost_row = 1
  if mends then
    held = adopt(held)
  end
-- A dry run leaves this to the call without a row, so that it reports a tweet once.
elseif mends or not incoming then
  local is_lost = is_recent(held) and not is_counted_everywhere(held)
  if is_lost and mends then
    restore(held)
  end
  if list(held) > 0 or is_lost then
    lost_contribution = 1
  end
end

local username, event = ARGV[11] or '', tonumber(ARGV[9])
local author = (held or incoming).author
if incoming and username ~= '' and author == incoming.author
  and not is_name_known(author, username, event) then
  if not mends then
    lost_name = 1
  elseif is_counted('u:' .. author, held) then
    lost_name = 1
    learn_name(author, username, event, lives.aggregate)
    -- The user's end deletes the name, and must not be forgotten before the name ends by itself.
    prolong(prefix .. 'u:' .. author, lives)
    prolong(due_key('u:' .. author), lives)
  end
end
return { lost_row, lost_contribution, lost_name, 0 }
