import { describeFaults } from '../contract/configuration.ts';
import { limitsOf } from '../contract/http.ts';
import {
  DAY_SECONDS,
  type Environment,
  envFileFault,
  readEnvironment,
} from '../contract/settings.ts';
import type { Settings } from '../contract/variables.ts';
import { StartupError } from '../domain/errors.ts';
import { secretsOf } from './secrets.ts';
import { shortSecrets } from './short-secrets.ts';

/** Longest time for clients to send bodies and read answers in a drain, and its share of the drain. */
const DRAIN_GRACE_MS = 2_000;
const DRAIN_GRACE_SHARE = 0.3;

type DeepReadonly<T> = T extends object ? { readonly [K in keyof T]: DeepReadonly<T[K]> } : T;

/** The service's configuration, frozen to its last leaf. */
export type Config = DeepReadonly<ReturnType<typeof arrange>>;

/**
 * Reads the configuration; the only reader of `process.env`.
 *
 * @throws StartupError naming every fault at once.
 */
export function loadConfig(env: Environment = process.env): Config {
  const { settings, faults } = readEnvironment(env);
  const envFile = envFileFault(env);
  if (envFile) faults.push(envFile);
  // As in the container image: a deployment starts with no secret that can be guessed.
  if (env.NODE_ENV === 'production') faults.push(...shortSecrets(settings));
  if (faults.length > 0) {
    throw new StartupError(describeFaults(faults, '(environment variables)'));
  }
  return deepFreeze(arrange(settings));
}

function arrange(settings: Settings) {
  return {
    listen: { host: settings.HOST, port: settings.PORT },
    log: {
      level: settings.LOG_LEVEL,
      /** Removed from every log line. */
      secrets: secretsOf(settings),
      /** Logged at the start. */
      warnings: shortSecrets(settings).map(({ name, problem }) => `${name} ${problem}`),
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
    unsupportedLanguage: settings.UNSUPPORTED_LANGUAGE,
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
      limits: limitsOf(settings),
      keepAliveTimeoutMs: settings.KEEP_ALIVE_TIMEOUT_MS,
      drainGraceMs: Math.min(DRAIN_GRACE_MS, settings.SHUTDOWN_TIMEOUT_MS * DRAIN_GRACE_SHARE),
      /** Empty: the inference routes are open. */
      apiKeys: settings.API_KEYS?.split(',') ?? [],
      /** Empty: scripts of pages from other origins cannot call the API. */
      corsOrigins: settings.CORS_ORIGINS ?? [],
      protectDocs: settings.PROTECT_DOCS,
      /** Empty: the admin routes do not exist. */
      adminTokens: settings.ADMIN_TOKEN?.split(',') ?? [],
      /** 0: no limit. */
      rateLimitPerMinute: settings.RATE_LIMIT_PER_MINUTE,
      trustProxyHops: settings.TRUST_PROXY_HOPS,
      exposeText: settings.EXPOSE_TWEET_TEXT,
    },
    traces: {
      /** Undefined: none are sent. */
      endpoint: settings.OTEL_EXPORTER_OTLP_ENDPOINT,
      serviceName: settings.SERVICE_NAME,
    },
    metrics: {
      kind: settings.METRICS,
      host: settings.HOST,
      port: settings.METRICS_PORT,
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
  // loadConfig has rejected x-api without a token.
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
