-- Script rebuildEntity: compares the day buckets of a user or topic with the tweets that it lists.
-- ARGV: prefix, entity, 1 to mend what differs or 0 to report it, most tweets of a day bucket, most
-- tweets that this call counts again, score units of a tweet.
-- Returns 1 or 0 for a difference, the number of day buckets with more tweets than a bucket may have,
-- and the number of those that are left for another call.

local entity, mends, max_tweets = ARGV[2], ARGV[3] == '1', tonumber(ARGV[4])
local tweets_left, score_units = tonumber(ARGV[5]), tonumber(ARGV[6])
local key, members = prefix .. entity, prefix .. 'm' .. entity

local function count_of(bucket)
  return bucket.counts[1] + bucket.counts[2] + bucket.counts[3]
end

-- Largest difference between a tweet's score units and their sum: rounding, and scores that sum to 1
-- within 1e-6.
local TOLERANCE = 20

-- True if a day bucket may be the sum of this number of tweets.
local function is_sum_of(bucket, tweets)
  local sum = bucket.sums[1] + bucket.sums[2] + bucket.sums[3]
  return count_of(bucket) == tweets and math.abs(sum - tweets * score_units) <= tweets * TOLERANCE
end

-- Sums a day bucket again from the indexes of its tweets, and lists no others under it.
local function recount(name, bucket)
  bucket.counts, bucket.sums = { 0, 0, 0 }, { 0, 0, 0 }
  local place = place_of(name)
  for _, tweet in ipairs(call('ZRANGEBYSCORE', members, place, place)) do
    local contribution = read_contribution(prefix .. 'i:' .. tweet)
    local content = contribution and parse_content(contribution.content)
    local is_here = false
    for _, each in ipairs(contribution and entities_of(contribution) or {}) do
      is_here = is_here or each == entity
    end
    if is_here and content.bucket == name and contribution.added >= bucket.born then
      bucket.counts[content.label] = bucket.counts[content.label] + 1
      for i = 1, 3 do
        bucket.sums[i] = bucket.sums[i] + content.scores[i]
      end
    else
      call('ZREM', members, tweet)
    end
  end
  if count_of(bucket) > 0 then
    write_day_bucket(entity, name, bucket)
  else
    drop_day_bucket(entity, name)
  end
end

local function is_due_right(first_end)
  local due = look('ZSCORE', due_key(entity), id_of(entity))
  return due and tonumber(due) <= first_end
end

-- True if the total and the place in the ranking are right.
local function is_total_right(total)
  local rank = tonumber(look('ZSCORE', rank_key(entity), id_of(entity)))
  return table.concat(read_total(entity) or {}, ' ') == table.concat(total, ' ')
    and rank == (is_read(total) and total[1] + total[2] + total[3] or nil)
end

local fields = look('HGETALL', key)
if not fields then
  if mends then
    redis.call('DEL', key)
  end
  return { 1, 0, 0 }
end
local total, first_end, last_end, has_ended = { 0, 0, 0, 0 }, math.huge, 0, false
local differs, too_large, left = false, 0, 0
for i = 1, #fields, 2 do
  local name = fields[i]
  local place = place_of(name)
  local bucket = place and parse_day_bucket(fields[i + 1])
  if place and not bucket then
    differs = true
  elseif bucket and bucket.ends <= now then
    has_ended, first_end = true, math.min(first_end, bucket.ends)
  elseif bucket then
    local listed = look('ZCOUNT', members, place, place) or 0
    if not is_sum_of(bucket, listed) then
      differs = true
      if listed > max_tweets then
        too_large = too_large + 1
      elseif mends and listed > tweets_left then
        left = left + 1
      elseif mends then
        tweets_left = tweets_left - listed
        recount(name, bucket)
      end
    end
    for label = 1, 3 do
      local counter = is_other_language(name) and OTHERS or label
      total[counter] = total[counter] + bucket.counts[label]
    end
    if count_of(bucket) > 0 then
      first_end, last_end = math.min(first_end, bucket.ends), math.max(last_end, bucket.ends)
    end
  end
end
-- The total includes ended buckets until the entity is settled; that is not a difference.
if last_end > 0 and not (is_due_right(first_end) and (has_ended or is_total_right(total))) then
  differs = true
end
if mends and (differs or has_ended) then
  settle(entity)
  if last_end > 0 then
    write_total(entity, total)
  end
end
if mends and last_end > 0 then
  for _, each in ipairs({ key, members, due_key(entity), rank_key(entity) }) do
    extend(each, last_end - now + 1)
  end
end
return { differs and 1 or 0, too_large, left }
