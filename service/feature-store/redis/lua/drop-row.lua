-- Script dropRow. KEYS: row. ARGV: the corrupt value that was read.
-- Deletes the row, unless a writer has replaced the value in the meantime.

if redis.call('GET', KEYS[1]) == ARGV[1] then
  return redis.call('DEL', KEYS[1])
end
return 0
