-- Script mostActive. ARGV: prefix, most users, most day buckets to settle.
-- Returns id, total by label, total of other languages and profile of each user; nil when more has
-- to be settled first than one step may.

local max_users, max_buckets = tonumber(ARGV[2]), tonumber(ARGV[3])

if not settle_due('u', math.huge, max_buckets) then
  return false
end
local users = {}
for _, id in ipairs(call('ZREVRANGE', prefix .. 'rank', 0, max_users - 1)) do
  local user = 'u:' .. id
  if not read_total(user) then
    settle(user)
  end
  local total = read_total(user)
  if total and is_read(total) then
    local fields = call('HMGET', prefix .. user, 't', 'o', '@')
    users[#users + 1] = { id, fields[1], fields[2] or '', fields[3] or '' }
  end
end
return users
