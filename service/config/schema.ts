/** What each environment variable may hold. The defaults are the contract's. */
import Type, { type Static, type TSchema } from 'typebox';
import type { ENVIRONMENT, EnvironmentName } from '../contract/environment.ts';

/** The longest of every time-out: far below the 24.8 days at which timers overflow. */
const TEN_MINUTES_MS = 600_000;

/** A schema with the words that complete the advice "use ...". */
const described = <Schema extends TSchema>(schema: Schema, description: string) =>
  Object.assign(schema, { description });

const integer = (minimum: number, maximum: number) =>
  described(Type.Integer({ minimum, maximum }), `an integer from ${minimum} to ${maximum}`);
const boolean = described(Type.Boolean(), 'true or false');
const oneOf = <Value extends string>(...values: Value[]) =>
  described(Type.Enum(values), values.join(', ').replace(/, (\S+)$/, ' or $1'));
const text = (pattern: string, description: string) =>
  described(Type.String({ pattern }), description);
const address = (...protocols: readonly string[]) =>
  described(
    Type.Refine(Type.String(), (value) => {
      const url = URL.parse(value);
      return (
        url !== null &&
        protocols.includes(url.protocol) &&
        url.hostname !== '' &&
        isDecodable(url.username + url.password)
      );
    }),
    `an address that starts with ${protocols.join('// or ')}// and names a host, in which a % stands as %25`,
  );

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

/** What a header can carry without quoting. */
const token = text('^[!-~]+$', 'visible ASCII characters without spaces');
/** What CloudWatch takes as a dimension's value, without spaces. */
const dimensionValue = text('^[A-Za-z0-9][A-Za-z0-9._/-]{0,254}$', 'letters, digits and . _ / -');
const path = text('^[^\\0]+$', 'a path');

export const ENVIRONMENT_SCHEMA = {
  /** 0 takes any free port. */
  PORT: integer(0, 65_535),
  HOST: text('^[^\\s/]+$', 'an IP address or a host name'),
  LOG_LEVEL: oneOf('fatal', 'error', 'warn', 'info', 'debug', 'silent'),

  MODEL_NAME: text('^[A-Za-z0-9][A-Za-z0-9._-]*$', 'letters, digits, dots, dashes, underscores'),
  MODELS_DIR: path,
  INFERENCE_WORKERS: integer(1, 256),
  INFERENCE_TOKEN_BUDGET: integer(1, 1_000_000),
  INFERENCE_HANG_TIMEOUT_MS: integer(1, TEN_MINUTES_MS),

  REDIS_URL: address('redis:', 'rediss:'),
  REDIS_USERNAME: text('^\\S+$', 'a name without spaces'),
  REDIS_PASSWORD: text('.', 'any text'),
  REDIS_KEY_PREFIX: token,
  /** Up to ten years. */
  FEATURE_TTL_SECONDS: integer(1, 315_360_000),
  /** Up to ten years. */
  AGGREGATE_TTL_DAYS: integer(1, 3_650),
  MEMORY_STORE_MAX_ROWS: integer(1, 10_000_000),
  HOT_CACHE_TTL_MS: integer(0, TEN_MINUTES_MS),
  PENDING_WRITES_MAX: integer(1, 1_000_000),
  STORE_TWEET_TEXT: boolean,
  EXPOSE_TWEET_TEXT: boolean,

  PREDICTION_LOG_DIR: path,
  PREDICTION_LOG_DAYS: integer(1, 3_650),
  PREDICTION_STREAM: text('^[A-Za-z0-9_.-]{1,64}$', 'a stream name: letters, digits and _ . -'),

  TWEET_SOURCE: oneOf('x-api', 'oembed', 'fixture'),
  X_BEARER_TOKEN: token,
  X_API_URL: address('https:', 'http:'),
  X_DAILY_READ_BUDGET: integer(0, 1_000_000_000),
  OEMBED_URL: address('https:', 'http:'),
  TWEET_FIXTURE: path,
  TWEET_SOURCE_TIMEOUT_MS: integer(1, TEN_MINUTES_MS),

  ADMIN_TOKEN: token,
  API_KEYS: text(
    '^[!-+\\--~]+(,[!-+\\--~]+)*$',
    'keys of visible ASCII characters, separated by single commas, none of them empty',
  ),
  RATE_LIMIT_PER_MINUTE: integer(0, 1_000_000),
  TRUST_PROXY_HOPS: integer(0, 16),

  SINGLE_DEADLINE_MS: integer(1, TEN_MINUTES_MS),
  BATCH_DEADLINE_MS: integer(1, TEN_MINUTES_MS),
  REQUEST_READ_TIMEOUT_MS: integer(1, TEN_MINUTES_MS),
  /** Up to 64 MiB. */
  MAX_BODY_BYTES: integer(1, 67_108_864),
  /** Up to 1 MiB. */
  MAX_HEADER_BYTES: integer(1_024, 1_048_576),
  MAX_URL_CHARACTERS: integer(1, 65_536),
  MAX_TEXT_CHARACTERS: integer(1, 1_000_000),
  MAX_TEXTS: integer(1, 10_000),
  /** What one look-up at the X API takes. */
  MAX_TWEETS: integer(1, 100),
  KEEP_ALIVE_TIMEOUT_MS: integer(1, TEN_MINUTES_MS),
  SHUTDOWN_TIMEOUT_MS: integer(1, TEN_MINUTES_MS),

  METRICS: oneOf('emf', 'off'),
  /** CloudWatch keeps a value a minute: slower than that would leave gaps in a graph. */
  METRICS_INTERVAL_MS: integer(10, 60_000),
  SERVICE_NAME: dimensionValue,
  SERVICE_REVISION: dimensionValue,
} as const satisfies Record<EnvironmentName, TSchema>;

/** The variables' values: undefined only where the contract names no default. */
export type Settings = {
  readonly [N in EnvironmentName]:
    | Static<(typeof ENVIRONMENT_SCHEMA)[N]>
    | ((typeof ENVIRONMENT)[N] extends { readonly default: string } ? never : undefined);
};
