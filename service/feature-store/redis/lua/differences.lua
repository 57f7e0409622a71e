-- Differences between what indexes and rows record and what the aggregates hold. Follows
-- additions.lua.

-- Calls a command that reads, for a check that may be a dry run: leaves a key of another type alone,
-- and returns false for it.
local function look(command, key, ...)
  local reply = redis.pcall(command, key, ...)
  if type(reply) ~= 'table' or not reply.err then
    return reply
  end
  if string.find(reply.err, 'WRONGTYPE', 1, true) then
    return false
  end
  return redis.call(command, key, ...)
end

-- The rule of remove_contribution: a bucket holds the contributions that were added since its birth.
local function is_counted(entity, contribution)
  local content = parse_content(contribution.content)
  local bucket = parse_day_bucket(look('HGET', prefix .. entity, content.bucket))
  return is_live(bucket) and bucket.born <= contribution.added
end

local function is_counted_everywhere(contribution)
  for _, entity in ipairs(entities_of(contribution)) do
    if not is_counted(entity, contribution) then
      return false
    end
  end
  return true
end

-- Entities that count a tweet but do not list it: a purge of them would miss it.
local function entities_not_listing(tweet, contribution)
  local place = place_of(parse_content(contribution.content).bucket)
  local found = {}
  for _, entity in ipairs(entities_of(contribution)) do
    local listed = look('ZSCORE', prefix .. 'm' .. entity, tweet)
    if is_counted(entity, contribution) and tonumber(listed) ~= place then
      found[#found + 1] = entity
    end
  end
  return found
end

-- True when learn_name would change nothing but the life of the name.
local function is_name_known(user, username, event)
  local name = string.lower(username)
  local owned = look('GET', prefix .. 'n:' .. name) or ''
  local owner, known = string.match(owned, '^(%d+) (%d+)$')
  if not owner or event > tonumber(known) then
    return false
  end
  local profile = look('HGET', prefix .. 'u:' .. user, '@') or ''
  local latest, names = string.match(profile, '^(%d+) %S+(.*)$')
  return latest ~= nil and event <= tonumber(latest)
    and string.find(names .. ' ', ' ' .. name .. ' ', 1, true) ~= nil
end

-- True for a tweet whose author or topic was purged after it was scored: the purge did not find it.
local function is_purged(contribution)
  for _, entity in ipairs(entities_of(contribution)) do
    local purged_up_to = look('GET', prefix .. 'x' .. entity)
    if contribution.scored_at <= (tonumber(purged_up_to or -1) or -1) then
      return true
    end
  end
  return false
end
