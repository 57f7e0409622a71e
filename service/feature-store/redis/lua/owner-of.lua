-- Script ownerOf. ARGV: prefix, username in lower case.
-- Returns the id of the user who has the name, or nil. A name lives from its own last use on and
-- may outlive the last day bucket of its user, who is therefore settled first.

local name_key = prefix .. 'n:' .. ARGV[2]
local function owner()
  return string.match(call('GET', name_key) or '', '^(%d+) %d+$')
end

local id = owner()
if not id then
  return false
end
settle_if_due('u:' .. id)
return redis.call('EXISTS', prefix .. 'u:' .. id) == 1 and owner() or false
