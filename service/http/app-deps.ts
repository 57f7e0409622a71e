import type { FastifyBaseLogger } from 'fastify';
import type { FeatureStore } from '../application/ports/feature-store.ts';
import type { Metrics, MetricTotals } from '../application/ports/metrics.ts';
import type { SentimentModel } from '../application/ports/sentiment-model.ts';
import type { TweetSource } from '../application/ports/tweet-source.ts';
import type { Features } from '../application/read-features.ts';
import type { ScoreTweets } from '../application/score-tweets.ts';
import type { DEFAULT_LIMITS } from '../contract/http.ts';
import type { Lifecycle } from '../process/lifecycle.ts';

/** The limits of contract/http.ts, as configured. */
export type HttpLimits = { readonly [Name in keyof typeof DEFAULT_LIMITS]: number };

export interface HttpSettings {
  readonly limits: HttpLimits;
  readonly keepAliveTimeoutMs: number;
  /** Empty: the inference routes are open. */
  readonly apiKeys: readonly string[];
  /** Undefined: the admin routes do not exist. */
  readonly adminToken: string | undefined;
  /** 0: no limit. */
  readonly rateLimitPerMinute: number;
  /** Proxies whose X-Forwarded-For is believed; 0: the socket's address is the client's. */
  readonly trustProxyHops: number;
  /** Folder of Swagger UI's static files: `swagger-ui` beside the bundle, copied by the build. */
  readonly swaggerUiDir: string;
  /** Folder of the page: `web` beside the bundle, made by the build. */
  readonly pageDir: string;
}

/** What the service says about itself. */
export interface ServiceInfo {
  readonly name: string;
  readonly version: string;
  /** Milliseconds since the epoch. */
  readonly startedAtMs: number;
  readonly featureStore: FeatureStore['name'];
  readonly tweetSource: TweetSource['name'];
  /** Billable post reads of this UTC day. */
  readonly readsSpentToday: () => number;
}

/** Everything `buildApp` needs; the composition root makes it from the configuration. */
export interface AppDeps {
  readonly settings: HttpSettings;
  readonly scoreTweets: ScoreTweets;
  readonly features: Features;
  readonly model: SentimentModel;
  readonly lifecycle: Lifecycle;
  readonly metrics: Metrics;
  readonly totals: MetricTotals;
  readonly info: ServiceInfo;
  /** A pino logger. */
  readonly logger: FastifyBaseLogger;
}
