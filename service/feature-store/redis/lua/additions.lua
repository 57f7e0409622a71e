-- Adds contributions to day buckets. Follows contributions.lua.
-- `lives` holds two lives in seconds: `aggregate`, of a day bucket after its last write, and `cover`,
-- of the index of a tweet in a day bucket. The second is longer, so that not every write to a
-- bucket has to prolong the indexes of all its tweets.

-- A key ends a second after its last day bucket, never before it: TTL rounds.
local function prolong(key, lives)
  extend(key, lives.aggregate + 1)
end

-- An index must outlive every day bucket that holds its tweet.
local function prolong_indexes(entity, place, lives)
  for _, member in ipairs(call('ZRANGEBYSCORE', prefix .. 'm' .. entity, place, place)) do
    extend(prefix .. 'i:' .. member, lives.cover)
  end
end

-- Counts a tweet in a day bucket; with an amount of 0 it counts already, and only prolongs the bucket.
-- Returns the bucket.
local function add_to_bucket(tweet, entity, content, amount, lives)
  local name, label = content.bucket, content.label
  local place = place_of(name)
  local key, members = prefix .. entity, prefix .. 'm' .. entity
  local text = call('HGET', key, name)
  local bucket = parse_day_bucket(text)
  if not is_live(bucket) then
    if text then
      -- The counts of a malformed or ended bucket must leave the total too.
      settle(entity)
    end
    bucket = {
      born = now, ends = 0, covered = now + lives.cover,
      counts = { 0, 0, 0 }, sums = { 0, 0, 0 },
    }
  end
  -- A write with longer lives, of another instance or before a change of settings, may have set an end
  -- that the index of this tweet does not reach.
  bucket.ends = math.min(math.max(bucket.ends, now + lives.aggregate), now + lives.cover)
  if bucket.ends > bucket.covered then
    prolong_indexes(entity, place, lives)
    bucket.covered = now + lives.cover
  end
  bucket.covered = math.min(bucket.covered, now + lives.cover)
  bucket.counts[label] = bucket.counts[label] + amount
  for i = 1, 3 do
    bucket.sums[i] = bucket.sums[i] + amount * content.scores[i]
  end
  write_day_bucket(entity, name, bucket)
  add_to_total(entity, content.counter, amount)
  call('ZADD', members, place, tweet)
  -- ZADD has LT only since Redis 6.2.
  local first_end = call('ZSCORE', due_key(entity), id_of(entity))
  if not first_end or tonumber(first_end) > bucket.ends then
    call('ZADD', due_key(entity), bucket.ends, id_of(entity))
  end
  prolong(key, lives)
  prolong(members, lives)
  prolong(due_key(entity), lives)
  prolong(rank_key(entity), lives)
  return bucket
end

local function add_contribution(tweet, contribution, lives)
  local content = parse_content(contribution.content)
  for _, entity in ipairs(entities_of(contribution)) do
    local bucket = add_to_bucket(tweet, entity, content, 1, lives)
    -- Never before the birth of a bucket, even where a failover has set the clock back.
    contribution.added = math.max(contribution.added, bucket.born)
  end
end
