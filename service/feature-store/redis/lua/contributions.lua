-- Contributions: a tweet's share of the aggregates, as its index records it. Follows entities.lua.
-- `content` is the text that the index stores: name of the day bucket, label as 1 to 3, three
-- scores.

local function split_topics(text)
  local topics = {}
  for topic in string.gmatch(text or '', '[^\n]+') do
    topics[#topics + 1] = topic
  end
  return topics
end

-- Nil for a text that is not as described.
local function parse_content(text)
  local day, other, rest = string.match(text or '', '^(%d+)(o?) (.*)$')
  local n = day and parse_integers(day .. ' ' .. rest, 5)
  local name = day and day .. other
  return n and n[2] >= 1 and n[2] <= 3 and {
    bucket = name, label = n[2], counter = is_other_language(name) and OTHERS or n[2],
    scores = { n[3], n[4], n[5] },
  } or nil
end

-- Nil for an index that is not as described.
local function read_contribution(index)
  local fields = call('HMGET', index, 's', 'c', 'a', 'g')
  local scored_at, version, added = string.match(fields[1] or '', '^(%d+) (%S+) (%d+)$')
  if not scored_at or not parse_content(fields[2]) then
    return nil
  end
  return {
    scored_at = tonumber(scored_at), version = version, added = tonumber(added),
    content = fields[2], author = string.match(fields[3] or '', '^%d+$') or '',
    topics = split_topics(fields[4]),
  }
end

local function entities_of(contribution)
  local entities = {}
  if contribution.author ~= '' then
    entities[1] = 'u:' .. contribution.author
  end
  for _, topic in ipairs(contribution.topics) do
    entities[#entities + 1] = 'g:' .. topic
  end
  return entities
end

local function write_contribution(index, contribution)
  call('HSET', index, 'c', contribution.content, 's', table.concat({
    format_integer(contribution.scored_at), contribution.version,
    format_integer(contribution.added),
  }, ' '))
  if contribution.author ~= '' then
    call('HSET', index, 'a', contribution.author)
  else
    call('HDEL', index, 'a')
  end
  if #contribution.topics > 0 then
    call('HSET', index, 'g', table.concat(contribution.topics, '\n'))
  else
    call('HDEL', index, 'g')
  end
end

-- By which the clock of the machine that scored may be ahead; as in the domain.
local MAX_AHEAD_MS = 60000

-- Place of a score among those of its tweet; scoreOrder of the domain is the same.
local function score_order(scored_at)
  return scored_at > now * 1000 + MAX_AHEAD_MS and scored_at - 2 ^ 53 or scored_at
end

-- The merge rule of docs/feature-store-format.md; mergeContributions of the domain is the same.
local function merge(held, incoming, max_topics)
  local newer, older = held, incoming
  local difference = score_order(incoming.scored_at) - score_order(held.scored_at)
  if difference > 0 or (difference == 0 and incoming.version >= held.version) then
    newer, older = incoming, held
  end
  local topics, known = {}, {}
  for _, topic in ipairs(newer.topics) do
    topics[#topics + 1] = topic
    known[topic] = true
  end
  for _, topic in ipairs(older.topics) do
    if #topics < max_topics and not known[topic] and not string.match(topic, '^[#$]') then
      topics[#topics + 1] = topic
    end
  end
  return {
    scored_at = newer.scored_at, version = newer.version, content = newer.content, added = now,
    author = newer.author ~= '' and newer.author or older.author, topics = topics,
  }
end

-- Takes a contribution out of the day buckets that hold it, which are those born before it was
-- added: a bucket that replaced an ended one does not hold it. Returns how many there were.
local function remove_contribution(tweet, contribution)
  local content = parse_content(contribution.content)
  local name, label = content.bucket, content.label
  local removed = 0
  for _, entity in ipairs(entities_of(contribution)) do
    settle_if_due(entity)
    call('ZREM', prefix .. 'm' .. entity, tweet)
    local bucket = parse_day_bucket(call('HGET', prefix .. entity, name))
    if is_live(bucket) and bucket.born <= contribution.added then
      bucket.counts[label] = bucket.counts[label] - 1
      for i = 1, 3 do
        bucket.sums[i] = bucket.sums[i] - content.scores[i]
      end
      if bucket.counts[1] + bucket.counts[2] + bucket.counts[3] > 0 then
        write_day_bucket(entity, name, bucket)
      else
        drop_day_bucket(entity, name)
      end
      add_to_total(entity, content.counter, -1)
      removed = removed + 1
    end
  end
  return removed
end
