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

-- Deletes everything stored about a tweet, then leaves its tombstone. Returns the numbers of rows and
-- contributions removed.
local function purge(tweet, current_version, tombstone_seconds)
  local index = prefix .. 'i:' .. tweet
  local rows = redis.call('DEL', unpack(row_keys(tweet, current_version)))
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
