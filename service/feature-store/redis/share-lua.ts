/**
 * What scripts do with a tweet's share: what it has added to the aggregates, as its index tells.
 * Lua that follows ENTITY_LUA.
 */
export const SHARE_LUA = `
local function split(topics)
  local list = {}
  for topic in string.gmatch(topics or '', '[^\\n]+') do
    list[#list + 1] = topic
  end
  return list
end

-- Day, label as 1 to 3, scores; nil for anything else.
local function read_content(text)
  local content = numbers(text, 5)
  return content and content[2] >= 1 and content[2] <= 3 and content or nil
end

-- An index that no writer of this format has written tells nothing.
local function read_share(index)
  local fields = call('HMGET', index, 's', 'c', 'a', 'g')
  local scored_at, version, added = string.match(fields[1] or '', '^(%d+) (%S+) (%d+)$')
  if not scored_at or not read_content(fields[2]) then
    return nil
  end
  return {
    scored_at = tonumber(scored_at), version = version, added = tonumber(added),
    content = fields[2], author = string.match(fields[3] or '', '^%d+$') or '',
    topics = split(fields[4]),
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
  local content = read_content(share.content)
  local day, label = content[1], content[2]
  local taken = 0
  for _, entity in ipairs(entities_of(share)) do
    settle_if_due(entity)
    local bucket = read_bucket(call('HGET', prefix .. entity, day))
    if bucket and bucket.born <= share.added then
      bucket.counts[label] = bucket.counts[label] - 1
      for i = 1, 3 do
        bucket.sums[i] = bucket.sums[i] - content[2 + i]
      end
      if bucket.counts[1] + bucket.counts[2] + bucket.counts[3] > 0 then
        call('ZREM', prefix .. 'm' .. entity, tweet)
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

-- Removes all that is stored of a tweet, deleting first as well. The row of the current version
-- is removed by its name too, should the index have been evicted before it.
local function purge(tweet, current_version, tombstone_seconds)
  local index = prefix .. 'i:' .. tweet
  local stem = prefix .. 't:' .. tweet .. ':'
  local rows = redis.call('DEL', stem .. current_version)
  for _, field in ipairs(call('HKEYS', index)) do
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
