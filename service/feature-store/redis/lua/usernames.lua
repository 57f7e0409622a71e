-- Names of users. Follows entities.lua.

-- The user who has a name and the event it was learned from; nil if there is none. A name lives
-- from its own last use on and may outlive the last day bucket of its user, who is therefore
-- settled first.
local function owner_of(name)
  local function read()
    return string.match(call('GET', prefix .. 'n:' .. name) or '', '^(%d+) (%d+)$')
  end
  local user = read()
  if user then
    settle_if_due('u:' .. user)
    return read()
  end
end

-- The newest event decides who has a name, and which name a user has.
local function learn_name(user, username, event, seconds)
  local name = string.lower(username)
  local name_key = prefix .. 'n:' .. name
  local owner, known = owner_of(name)
  if not owner or owner == user or event > tonumber(known) then
    local newest = owner == user and math.max(event, tonumber(known)) or event
    redis.call('SET', name_key, user .. ' ' .. format_integer(newest), 'EX', seconds)
  end
  local key = prefix .. 'u:' .. user
  local profile = call('HGET', key, '@') or ''
  local latest, current, names = string.match(profile, '^(%d+) (%S+)(.*)$')
  if not latest or event > tonumber(latest) then
    latest, current = event, username
  end
  names = names or ''
  if not string.find(names .. ' ', ' ' .. name .. ' ', 1, true) then
    names = names .. ' ' .. name
  end
  local updated = format_integer(tonumber(latest)) .. ' ' .. current .. names
  if updated ~= profile then
    call('HSET', key, '@', updated)
  end
end
