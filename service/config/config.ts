import { StartupError } from '../domain/errors.ts';
import { type Environment, type Fault, parseEnvironment } from './parse.ts';
import type { Settings } from './schema.ts';
import { secretsOf } from './secrets.ts';

type DeepReadonly<T> = T extends object ? { readonly [K in keyof T]: DeepReadonly<T[K]> } : T;

const DAY_SECONDS = 86_400;

/** The service's configuration, frozen to its last leaf. */
export type Config = DeepReadonly<ReturnType<typeof arrange>>;

/**
 * Reads the configuration; the only reader of `process.env`.
 *
 * @throws StartupError naming every fault at once.
 */
export function loadConfig(env: Environment = process.env): Config {
  const { settings, faults } = parseEnvironment(env);
  faults.push(...faultsBetween(settings));
  if (faults.length > 0) throw new StartupError(describe(faults));
  return deepFreeze(arrange(settings));
}

/** What each variable allows by itself, but not beside the others. */
function faultsBetween(settings: Settings): Fault[] {
  const faults: Fault[] = [];
  if (settings.TWEET_SOURCE === 'x-api' && settings.X_BEARER_TOKEN === undefined) {
    faults.push({
      name: 'X_BEARER_TOKEN',
      problem: 'is not set, but TWEET_SOURCE=x-api needs it; set it, or use oembed or fixture',
    });
  }
  for (const name of ['REDIS_USERNAME', 'REDIS_PASSWORD'] as const) {
    if (settings[name] !== undefined && settings.REDIS_URL === undefined) {
      faults.push({
        name,
        problem: 'is set, but REDIS_URL is not, so nothing would use it; set both or neither',
      });
    }
  }
  if (settings.PREDICTION_LOG_DIR !== undefined && settings.PREDICTION_STREAM !== undefined) {
    faults.push({
      name: 'PREDICTION_STREAM',
      problem: 'is set, and PREDICTION_LOG_DIR is too; the log goes to one place: set one of them',
    });
  }
  if (settings.AGGREGATE_TTL_DAYS * DAY_SECONDS < settings.FEATURE_TTL_SECONDS) {
    faults.push({
      name: 'AGGREGATE_TTL_DAYS',
      problem: `is ${settings.AGGREGATE_TTL_DAYS}, less than the ${settings.FEATURE_TTL_SECONDS} s of FEATURE_TTL_SECONDS: the purge of a user would miss rows; raise it, or lower the other`,
    });
  }
  return faults;
}

function describe(faults: readonly Fault[]): string {
  const title = faults.length === 1 ? 'One fault' : `${faults.length} faults`;
  const lines = faults.map(({ name, problem }) => `  ${name}: ${problem}.`);
  return `${title} in the configuration (environment variables):\n${lines.join('\n')}`;
}

function arrange(settings: Settings) {
  return {
    listen: { host: settings.HOST, port: settings.PORT },
    log: {
      level: settings.LOG_LEVEL,
      /** What no log line may show. */
      secrets: secretsOf(settings),
    },
    shutdownTimeoutMs: settings.SHUTDOWN_TIMEOUT_MS,
    model: {
      modelsDir: settings.MODELS_DIR,
      modelName: settings.MODEL_NAME,
      /** Undefined: one per vCPU. */
      workers: settings.INFERENCE_WORKERS,
      tokenBudget: settings.INFERENCE_TOKEN_BUDGET,
      hangTimeoutMs: settings.INFERENCE_HANG_TIMEOUT_MS,
    },
    featureStore: {
      /** Undefined: the store is in memory. */
      redis: settings.REDIS_URL === undefined ? undefined : redis(settings, settings.REDIS_URL),
      rowTtlSeconds: settings.FEATURE_TTL_SECONDS,
      aggregateTtlSeconds: settings.AGGREGATE_TTL_DAYS * DAY_SECONDS,
      memoryMaxRows: settings.MEMORY_STORE_MAX_ROWS,
      hotCacheTtlMs: settings.HOT_CACHE_TTL_MS,
      pendingWritesMax: settings.PENDING_WRITES_MAX,
      storeText: settings.STORE_TWEET_TEXT,
    },
    predictionLog: predictionLog(settings),
    tweetSource: { ...tweetSource(settings), timeoutMs: settings.TWEET_SOURCE_TIMEOUT_MS },
    http: {
      limits: {
        singleDeadlineMs: settings.SINGLE_DEADLINE_MS,
        batchDeadlineMs: settings.BATCH_DEADLINE_MS,
        requestReadTimeoutMs: settings.REQUEST_READ_TIMEOUT_MS,
        bodyBytes: settings.MAX_BODY_BYTES,
        headerBytes: settings.MAX_HEADER_BYTES,
        urlCharacters: settings.MAX_URL_CHARACTERS,
        textCharacters: settings.MAX_TEXT_CHARACTERS,
        texts: settings.MAX_TEXTS,
        tweets: settings.MAX_TWEETS,
      },
      keepAliveTimeoutMs: settings.KEEP_ALIVE_TIMEOUT_MS,
      /** Empty: the inference routes are open. */
      apiKeys: settings.API_KEYS?.split(',') ?? [],
      /** Undefined: the admin routes do not exist. */
      adminToken: settings.ADMIN_TOKEN,
      /** 0: no limit. */
      rateLimitPerMinute: settings.RATE_LIMIT_PER_MINUTE,
      trustProxyHops: settings.TRUST_PROXY_HOPS,
      exposeText: settings.EXPOSE_TWEET_TEXT,
    },
    metrics: {
      kind: settings.METRICS,
      intervalMs: settings.METRICS_INTERVAL_MS,
      serviceName: settings.SERVICE_NAME,
      /** Undefined: no metric carries a revision. */
      revision: settings.SERVICE_REVISION,
    },
  };
}

function redis(settings: Settings, url: string) {
  return {
    url,
    username: settings.REDIS_USERNAME,
    password: settings.REDIS_PASSWORD,
    keyPrefix: settings.REDIS_KEY_PREFIX,
  };
}

function predictionLog({
  PREDICTION_LOG_DIR: dir,
  PREDICTION_LOG_DAYS: keepDays,
  PREDICTION_STREAM: streamName,
}: Settings) {
  if (streamName !== undefined) return { kind: 'firehose' as const, streamName };
  if (dir !== undefined) return { kind: 'file' as const, dir, keepDays };
  return { kind: 'none' as const };
}

function tweetSource(settings: Settings) {
  const bearerToken = settings.X_BEARER_TOKEN;
  const kind = settings.TWEET_SOURCE ?? (bearerToken === undefined ? 'oembed' : 'x-api');
  // An x-api without a token has been reported as a fault before this.
  if (kind === 'x-api' && bearerToken !== undefined) {
    const { X_API_URL: url, X_DAILY_READ_BUDGET: dailyReadBudget } = settings;
    return { kind, url, bearerToken, dailyReadBudget };
  }
  if (kind === 'fixture') return { kind, file: settings.TWEET_FIXTURE };
  return { kind: 'oembed' as const, url: settings.OEMBED_URL };
}

function deepFreeze<T extends object>(value: T): DeepReadonly<T> {
  for (const part of Object.values(value)) {
    if (typeof part === 'object' && part !== null) deepFreeze(part);
  }
  return Object.freeze(value) as DeepReadonly<T>;
}
