import { boolean, integer, path, redisAddress, text, token } from '../schemas.ts';
import { TEN_MINUTES_MS, type Variable } from './variable.ts';

export const FEATURE_STORE = {
  REDIS_URL: {
    schema: redisAddress(),
    description: 'redis:// or rediss:// address of the feature store; absent: in memory',
    secret: true,
    deployment: true,
  },
  REDIS_USERNAME: {
    schema: text('^\\S+$', 'a name without spaces'),
    description: 'Redis user, unless the address holds one',
    deployment: true,
  },
  REDIS_PASSWORD: {
    schema: text('.', 'any text'),
    description: 'Redis password, unless the address holds one',
    secret: true,
  },
  REDIS_KEY_PREFIX: {
    schema: token(),
    description: 'Prefix of every key',
    default: 'tss:',
  },
  FEATURE_TTL_SECONDS: {
    /** Up to ten years. */
    schema: integer(1, 315_360_000),
    description: 'Life of a tweet row, 60 days',
    default: 5_184_000,
  },
  AGGREGATE_TTL_DAYS: {
    /** Up to ten years. */
    schema: integer(1, 3_650),
    description: "Life of a day's aggregates of a user or topic after their last write",
    default: 400,
  },
  MEMORY_STORE_MAX_ROWS: {
    schema: integer(1, 10_000_000),
    description: 'Tweets the in-memory feature store holds before it drops the oldest',
    default: 100_000,
  },
  HOT_CACHE_TTL_MS: {
    schema: integer(0, TEN_MINUTES_MS),
    description: 'Life of a row in the in-process cache before Redis; 0 turns it off',
    default: 5_000,
  },
  PENDING_WRITES_MAX: {
    schema: integer(1, 1_000_000),
    description: 'Rows that may wait for the feature store to accept them; the oldest are dropped',
    default: 1_000,
  },
  STORE_TWEET_TEXT: {
    schema: boolean(),
    description: 'Keep tweet texts in the feature store',
    default: true,
    deployment: true,
  },
  EXPOSE_TWEET_TEXT: {
    schema: boolean(),
    description: 'Show the text in answers',
    default: true,
  },
} as const satisfies Record<string, Variable>;

export const PREDICTION_LOG = {
  PREDICTION_LOG_DIR: {
    schema: path(),
    description: 'Folder of the prediction log, JSON Lines by UTC day; absent: none is written',
  },
  PREDICTION_LOG_DAYS: {
    schema: integer(1, 3_650),
    description: 'Days for which a file of the prediction log is kept',
    default: 400,
  },
  PREDICTION_STREAM: {
    schema: text('^[A-Za-z0-9_.-]{1,64}$', 'a stream name: letters, digits and _ . -'),
    description: 'Firehose stream that takes the prediction log in place of a folder',
  },
} as const satisfies Record<string, Variable>;
