-- Script purgeTweet. ARGV: prefix, tweet, current version, tombstone seconds.
-- Returns the numbers of rows and contributions removed.

return { purge(ARGV[2], ARGV[3], ARGV[4]) }
