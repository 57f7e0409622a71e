-- Shared by the scripts: the key prefix, the server's clock, and checked access to keys.
-- ARGV[1] is the key prefix. Times are the server's, in seconds since the epoch.

local prefix = ARGV[1]
local now = tonumber(redis.call('TIME')[1])

-- Calls a command on a key. Deletes the key first if it is of another type than the command
-- wants: no release has written it, and it must not make every script fail.
local function call(command, key, ...)
  local reply = redis.pcall(command, key, ...)
  if type(reply) ~= 'table' or not reply.err then
    return reply
  end
  if string.find(reply.err, 'WRONGTYPE', 1, true) then
    redis.call('DEL', key)
  end
  return redis.call(command, key, ...)
end

local function format_integer(number)
  return string.format('%.0f', math.max(number, 0))
end

-- Reads `count` integers separated by single spaces; nil for any other text.
local function parse_integers(text, count)
  local digits, found = {}, {}
  for number in string.gmatch(text or '', '%d+') do
    digits[#digits + 1] = number
    found[#found + 1] = #number <= 16 and tonumber(number) or nil
  end
  if #found == count and table.concat(digits, ' ') == text then
    return found
  end
end

-- Makes a key live for at least `seconds` from now on.
local function extend(key, seconds)
  if redis.call('TTL', key) < seconds then
    redis.call('EXPIRE', key, seconds)
  end
end
