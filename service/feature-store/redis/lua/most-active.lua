-- Script mostActive. ARGV: prefix, most users, most day buckets to settle.
-- Returns id, total by label and profile of each user; nil when more has to be settled first
-- than one step may.

local max_users, max_buckets = tonumber(ARGV[2]), tonumber(ARGV[3])

if not settle_due('u', math.huge, max_buckets) then
  return false
end
local users = {}
for _, id in ipairs(call('ZREVRANGE', prefix .. 'rank', 0, max_users - 1)) do
  local user = 'u:' .. id
  if not parse_integers(call('HGET', prefix .. user, 't'), 3) then
    settle(user)
  end
  local fields = call('HMGET', prefix .. user, 't', '@')
  if fields[1] then
    users[#users + 1] = { id, fields[1], fields[2] or '' }
  end
end
return users
