/**
 * Every environment variable the service reads. The infrastructure builds the task's
 * environment from these names, so it imports nothing; README and .env.example are checked
 * against it.
 */

export interface EnvironmentVariable {
  /** One sentence for the configuration table. */
  readonly description: string;
  /** What holds when the variable is absent, as it would be written; absent: nothing is set. */
  readonly default?: string;
  /** Belongs into a secret manager, never into a log. */
  readonly secret?: true;
  /** What a deployment must decide: the default, or its absence, is meant for a local run. */
  readonly deployment?: true;
}

export const ENVIRONMENT = {
  PORT: { description: 'Port to listen on', default: '3000' },
  HOST: {
    description: 'Address to listen on; 0.0.0.0 in a container',
    default: '127.0.0.1',
    deployment: true,
  },
  LOG_LEVEL: {
    description: 'fatal, error, warn, info, debug or silent',
    default: 'info',
  },

  MODEL_NAME: {
    description: 'Model bundle of models/manifest.json to serve',
    default: 'minilm-tweet-sentiment',
    deployment: true,
  },
  MODELS_DIR: { description: 'Folder of manifest.json and the bundles', default: 'models' },
  INFERENCE_WORKERS: {
    description:
      'Worker threads, one per vCPU; absent: the CPU quota of the container, else of the host',
    deployment: true,
  },
  INFERENCE_TOKEN_BUDGET: {
    description: 'Padded tokens (longest text x texts) that one batch may hold',
    default: '256',
  },
  INFERENCE_HANG_TIMEOUT_MS: {
    description:
      'A worker silent for longer, in a batch or replacing a dead one, makes the process exit',
    default: '30000',
  },

  REDIS_URL: {
    description: 'redis:// or rediss:// address of the feature store; absent: in memory',
    secret: true,
    deployment: true,
  },
  REDIS_USERNAME: { description: 'Redis user, unless the address holds one', deployment: true },
  REDIS_PASSWORD: { description: 'Redis password, unless the address holds one', secret: true },
  REDIS_KEY_PREFIX: { description: 'Prefix of every key', default: 'tss:' },
  FEATURE_TTL_SECONDS: { description: 'Life of a tweet row, 60 days', default: '5184000' },
  AGGREGATE_TTL_DAYS: {
    description: "Life of a day's aggregates of a user or topic after their last write",
    default: '400',
  },
  MEMORY_STORE_MAX_ROWS: {
    description: 'Tweets the in-memory feature store holds before it drops the oldest',
    default: '100000',
  },
  HOT_CACHE_TTL_MS: {
    description: 'Life of a row in the in-process cache before Redis; 0 turns it off',
    default: '5000',
  },
  PENDING_WRITES_MAX: {
    description: 'Rows that may wait to be written after their response; more are dropped',
    default: '1000',
  },
  STORE_TWEET_TEXT: {
    description: 'Keep tweet texts in the feature store',
    default: 'true',
    deployment: true,
  },
  EXPOSE_TWEET_TEXT: { description: 'Show the text in answers', default: 'true' },

  PREDICTION_LOG_DIR: {
    description: 'Folder of the prediction log, JSON Lines by UTC day; absent: none is written',
  },
  PREDICTION_LOG_DAYS: {
    description: 'Days for which a file of the prediction log is kept',
    default: '400',
  },
  PREDICTION_STREAM: {
    description: 'Firehose stream that takes the prediction log in place of a folder',
  },

  TWEET_SOURCE: {
    description: 'x-api, oembed or fixture; absent: x-api with X_BEARER_TOKEN, else oembed',
  },
  X_BEARER_TOKEN: { description: 'Bearer token of an X API app', secret: true },
  X_API_URL: { description: 'Address of the X API', default: 'https://api.x.com' },
  X_DAILY_READ_BUDGET: {
    description: 'Billable post reads this process may spend in a UTC day; 0: no bound',
    default: '0',
  },
  OEMBED_URL: {
    description: 'Address of the oEmbed endpoint',
    default: 'https://publish.x.com/oembed',
  },
  TWEET_FIXTURE: {
    description:
      'JSON file {data, includes?, errors?} as X API v2 returns it; absent: bundled examples',
  },
  TWEET_SOURCE_TIMEOUT_MS: {
    description: 'Longest time one read of the tweet source may take',
    default: '1500',
  },

  ADMIN_TOKEN: {
    description: 'Bearer token of the admin routes; absent: they do not exist',
    secret: true,
  },
  API_KEYS: {
    description: 'Comma-separated keys that callers must send as X-API-Key; absent: open',
    secret: true,
  },
  RATE_LIMIT_PER_MINUTE: {
    description: 'Requests per minute for one API key, else client address; 0: no limit',
    default: '0',
  },
  TRUST_PROXY_HOPS: {
    description: 'Proxies in front whose X-Forwarded-For is believed; 1 behind a load balancer',
    default: '0',
    deployment: true,
  },

  SINGLE_DEADLINE_MS: {
    description: 'Deadline of a request for one tweet or text',
    default: '2000',
  },
  BATCH_DEADLINE_MS: { description: 'Deadline of a request for several', default: '10000' },
  REQUEST_READ_TIMEOUT_MS: { description: 'Longest time to receive a request', default: '10000' },
  MAX_BODY_BYTES: { description: 'Longest request body', default: '1048576' },
  MAX_HEADER_BYTES: { description: 'Longest request line and headers together', default: '16384' },
  MAX_URL_CHARACTERS: { description: 'Longest tweet URL', default: '1024' },
  MAX_TEXT_CHARACTERS: { description: "Longest text; X's longest post", default: '25000' },
  MAX_TEXTS: { description: 'Texts in one request', default: '128' },
  MAX_TWEETS: { description: 'Tweets in one request', default: '100' },
  KEEP_ALIVE_TIMEOUT_MS: {
    description: 'Life of an idle connection; longer than the load balancer keeps one',
    default: '72000',
  },
  SHUTDOWN_TIMEOUT_MS: { description: 'Longest time from SIGTERM to exit', default: '25000' },

  METRICS: {
    description: 'emf writes CloudWatch embedded metrics to stdout; off',
    default: 'off',
    deployment: true,
  },
  METRICS_INTERVAL_MS: { description: 'Time between two emissions', default: '10000' },
  SERVICE_NAME: {
    description: 'Dimension Service of every metric: keeps the stages of one account apart',
    default: 'tweet-sentiment-service',
    deployment: true,
  },
  SERVICE_REVISION: {
    description: 'Dimension Revision that some metrics carry in addition; absent: none does',
    deployment: true,
  },
} as const satisfies Record<string, EnvironmentVariable>;

export type EnvironmentName = keyof typeof ENVIRONMENT;

/** Names that every deployment must give. */
export type RequiredEnvName = {
  [N in EnvironmentName]: (typeof ENVIRONMENT)[N] extends { readonly deployment: true } ? N : never;
}[EnvironmentName];

/** Names whose values are secrets. */
export type SecretEnvName = {
  [N in EnvironmentName]: (typeof ENVIRONMENT)[N] extends { readonly secret: true } ? N : never;
}[EnvironmentName];
