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

-- User, name and time of the score (ms) in a row; nil if it has none.
local function name_in(key)
  local value = call('GET', key) or ''
  -- A format digit, and a JSON array.
  local is_json, row = pcall(cjson.decode, string.sub(value, 2))
  if is_json and type(row) == 'table' and type(row[2]) == 'string' and type(row[3]) == 'string' then
    return row[2], string.lower(row[3]), tonumber(row[6]) or 0
  end
end

-- Deletes the names in a tweet's rows whose user is purged, now or before: the user's list of names
-- may have been lost.
local function forget_names(keys, purged_user)
  for _, key in ipairs(keys) do
    local user, name, scored_at = name_in(key)
    if user and user == purged_user then
      forget_name(user, name)
    elseif user then
      forget_purged_name(user, name, scored_at)
    end
  end
end

-- Deletes everything stored about a tweet, then leaves its tombstone. `purged_user` is nil unless the
-- purge is one of a user. Returns the numbers of rows and contributions removed.
local function purge(tweet, current_version, tombstone_seconds, purged_user)
  local index = prefix .. 'i:' .. tweet
  local keys = row_keys(tweet, current_version)
  forget_names(keys, purged_user)
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
