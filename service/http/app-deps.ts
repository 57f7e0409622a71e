import type { FastifyBaseLogger } from 'fastify';
import type { IngestTweets } from '../application/ingest-tweets.ts';
import type { LoadScores } from '../application/load-scores.ts';
import type { FeatureStore } from '../application/ports/feature-store.ts';
import type { Metrics, MetricTotals } from '../application/ports/metrics.ts';
import type { SentimentModel } from '../application/ports/sentiment-model.ts';
import type { Tracer } from '../application/ports/tracer.ts';
import type { TweetSource } from '../application/ports/tweet-source.ts';
import type { Purge } from '../application/purge.ts';
import type { ReadFeatures } from '../application/read-features.ts';
import type { Rebuild } from '../application/rebuild.ts';
import type { Rescore } from '../application/rescore.ts';
import type { ScoreTexts } from '../application/score-texts.ts';
import type { ScoreTweets } from '../application/score-tweets.ts';
import type { HttpLimits } from '../contract/http.ts';
import type { Lifecycle } from '../process/lifecycle.ts';

export interface HttpSettings {
  readonly limits: HttpLimits;
  readonly keepAliveTimeoutMs: number;
  /** Time for clients to send their bodies and read their answers when the process drains. */
  readonly drainGraceMs: number;
  /** Empty: no API key is required. */
  readonly apiKeys: readonly string[];
  /** Origins of pages whose scripts may call the API. */
  readonly corsOrigins: readonly string[];
  /** True: documents of the API require an API key. */
  readonly protectDocs: boolean;
  /** Empty: there are no admin routes. */
  readonly adminTokens: readonly string[];
  /** 0: no limit. */
  readonly rateLimitPerMinute: number;
  /** Number of trusted reverse proxies; 0: the client address is that of the socket. */
  readonly trustProxyHops: number;
  /** Directory of Swagger UI's static files, copied by the build. */
  readonly swaggerUiDir: string;
  /** Directory of the page, made by the build. */
  readonly pageDir: string;
}

/** Identity of the service and its parts. */
export interface ServiceInfo {
  readonly name: string;
  readonly version: string;
  /** Milliseconds since the epoch. */
  readonly startedAtMs: number;
  /** Uptime, by a clock that never jumps. */
  readonly uptimeSeconds: () => number;
  readonly featureStore: FeatureStore['name'];
  readonly tweetSource: TweetSource['name'];
  /** Billable post reads of the current UTC day. */
  readonly readsSpentToday: () => number;
}

/** The dependencies of `buildApp`, made by the composition root. */
export interface AppDeps {
  readonly settings: HttpSettings;
  readonly scoreTweets: ScoreTweets;
  readonly scoreTexts: ScoreTexts;
  readonly ingestTweets: IngestTweets;
  readonly readFeatures: ReadFeatures;
  readonly purge: Purge;
  readonly rebuild: Rebuild;
  readonly rescore: Rescore;
  readonly loadScores: LoadScores;
  readonly model: SentimentModel;
  readonly lifecycle: Lifecycle;
  readonly metrics: Metrics;
  readonly totals: MetricTotals;
  /** Undefined: no spans are sent. */
  readonly tracer: Tracer | undefined;
  readonly info: ServiceInfo;
  /** A pino logger. */
  readonly logger: FastifyBaseLogger;
}
