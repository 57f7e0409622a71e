-- Script mostActive. ARGV: prefix, kind (`u` or `g`), most entities, most day buckets to settle.
-- Returns id, total by label, total of other languages and profile of each entity; nil when more
-- has to be settled first than one step may.

local kind, max_entities, max_buckets = ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])

if not settle_due(kind, math.huge, max_buckets) then
  return false
end
local found = {}
for _, id in ipairs(call('ZREVRANGE', rank_key(kind .. ':'), 0, max_entities - 1)) do
  local entity = kind .. ':' .. id
  if not read_total(entity) then
    settle(entity)
  end
  local total = read_total(entity)
  if total and is_read(total) then
    local fields = call('HMGET', prefix .. entity, 't', 'o', '@')
    found[#found + 1] = { id, fields[1], fields[2] or '', fields[3] or '' }
  end
end
return found
