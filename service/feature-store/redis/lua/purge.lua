-- Purges one tweet. Follows contributions.lua.

-- Keys of a tweet's rows: those of its index, and that of the current version, in case the index
-- was evicted before the row.
local function row_keys(tweet, current_version)
  local stem = prefix .. 't:' .. tweet .. ':'
  local keys = { stem .. current_version }
  for _, field in ipairs(call('HKEYS', prefix .. 'i:' .. tweet)) do
    local version = string.match(field, '^r:(.+)$')
    if version and version ~= current_version then
      keys[#keys + 1] = stem .. version
    end
  end
  return keys
end

-- Deletes the name in a tweet's row whose user is purged, now or before: the user's list of names may
-- have been lost.
local function forget_name_in(key, purged_user)
  -- Not by cjson, which refuses texts with half a character.
  local row = call('GET', key) or ''
  local user, name = string.match(row, '^%d%["%d+","(%d+)","([%w_]+)",')
  if not user then
    return
  end
  if user == purged_user then
    forget_name(user, string.lower(name))
    return
  end
  -- The second of the two times behind the topics.
  local scored_at = string.match(row, '%],%d+,(%d+),')
  forget_purged_name(user, string.lower(name), tonumber(scored_at) or 0)
end

-- Deletes everything stored about a tweet, then leaves its tombstone. `purged_user` is nil unless the
-- purge is one of a user. Returns the numbers of rows and contributions removed.
local function purge(tweet, current_version, tombstone_seconds, purged_user)
  local index = prefix .. 'i:' .. tweet
  local keys = row_keys(tweet, current_version)
  for _, key in ipairs(keys) do
    forget_name_in(key, purged_user)
  end
  local rows = redis.call('DEL', unpack(keys))
  local contribution = read_contribution(index)
  redis.call('DEL', index)
  local contributions = 0
  if contribution then
    contributions = remove_contribution(tweet, contribution)
    for _, entity in ipairs(entities_of(contribution)) do
      forget_if_empty(entity)
    end
  end
  redis.call('SET', prefix .. 'x:' .. tweet, '', 'EX', tombstone_seconds)
  return rows, contributions
end
