-- Purges one tweet. Follows contributions.lua.

-- Deletes everything stored about a tweet, then leaves its tombstone. Deletes the row of the
-- current version by name as well, in case the index was evicted before the row. Returns the
-- numbers of rows and contributions removed.
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
