-- Script purgeEntity: one step of the purge of a user or topic.
-- ARGV: prefix, entity, current version, tombstone seconds, scored up to (ms), most tweets of the
-- next step, tweets to purge.
-- Returns the numbers of rows and contributions removed, and the tweets of the next step. The
-- last step also deletes what is left of an entity without tweets: contributions whose index
-- was lost.

local entity, current_version, tombstone_seconds = ARGV[2], ARGV[3], ARGV[4]
local scored_up_to, next_step = tonumber(ARGV[5]), tonumber(ARGV[6])
local FIRST_TWEET = 7

local purged_user = is_user(entity) and id_of(entity) or nil
local tombstone, members = prefix .. 'x' .. entity, prefix .. 'm' .. entity
local purged_up_to = math.max(tonumber(call('GET', tombstone) or 0) or 0, scored_up_to)
redis.call('DEL', tombstone)
redis.call('SET', tombstone, format_integer(purged_up_to), 'EX', tombstone_seconds)
settle_if_due(entity)
local rows, contributions = 0, 0
for i = FIRST_TWEET, #ARGV do
  -- Also a tweet that has moved to another entity since: it is already recorded as purged.
  local purged_rows, purged_contributions = purge(ARGV[i], current_version, tombstone_seconds, purged_user)
  rows = rows + purged_rows
  contributions = contributions + purged_contributions
  call('ZREM', members, ARGV[i])
end
local next_tweets = call('ZRANGE', members, 0, next_step - 1)
if #next_tweets == 0 then
  forget(entity)
end
return { rows, contributions, next_tweets }
