-- Script ownerOf. ARGV: prefix, username in lower case.
-- Returns the id of the user who has the name, or nil.

local user = owner_of(ARGV[2])
return user and redis.call('EXISTS', prefix .. 'u:' .. user) == 1 and user or false
