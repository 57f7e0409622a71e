/**
 * The adapters that the configuration chooses. Those with large libraries are imported on demand,
 * as a library costs start-up time and memory.
 */
import type { Logger } from 'pino';
import type { FeatureStore } from './application/ports/feature-store.ts';
import type { Metrics } from './application/ports/metrics.ts';
import { NO_PREDICTION_LOG, type PredictionLog } from './application/ports/prediction-log.ts';
import type { TweetSource } from './application/ports/tweet-source.ts';
import type { Config } from './config/config.ts';
import type { ModelIdentity } from './domain/sentiment.ts';
import { CachedFeatureStore } from './feature-store/hot-cache.ts';
import { MemoryFeatureStore } from './feature-store/memory/memory-feature-store.ts';
import { BufferedPredictionLog } from './prediction-log/buffer.ts';
import { FilePredictionLogSink } from './prediction-log/file-sink.ts';
import { FixtureTweetSource } from './tweet-source/fixture/fixture-tweet-source.ts';
import { OembedTweetSource } from './tweet-source/oembed/oembed-tweet-source.ts';

/** @throws StartupError if the store cannot be opened */
export async function openFeatureStore(
  { featureStore: { redis, hotCacheTtlMs, memoryMaxRows, aggregateTtlSeconds } }: Config,
  identity: ModelIdentity,
  metrics: Metrics,
  logger: Logger,
): Promise<FeatureStore> {
  const common = { identity, aggregateTtlSeconds };
  if (!redis) return new MemoryFeatureStore({ ...common, maxRows: memoryMaxRows });
  const { RedisFeatureStore } = await import('./feature-store/redis/redis-feature-store.ts');
  const store = await RedisFeatureStore.connect({ ...redis, ...common, metrics, logger });
  return hotCacheTtlMs > 0 ? new CachedFeatureStore({ store, ttlMs: hotCacheTtlMs }) : store;
}

/** @throws StartupError if the log cannot be opened */
export async function openPredictionLog(
  { predictionLog: chosen }: Config,
  metrics: Metrics,
  logger: Logger,
): Promise<PredictionLog> {
  switch (chosen.kind) {
    case 'none':
      return NO_PREDICTION_LOG;
    case 'file': {
      const sink = await FilePredictionLogSink.open({ ...chosen, logger });
      return new BufferedPredictionLog({ sink, metrics, logger });
    }
    case 'firehose': {
      const { FirehoseRecordSink } = await import('./prediction-log/firehose-sink.ts');
      const sink = await FirehoseRecordSink.connect(chosen);
      return new BufferedPredictionLog({ sink, metrics, logger });
    }
  }
}

/** The source, and the number of reads that X has billed today. */
export async function openTweetSource(
  { tweetSource: chosen }: Config,
  metrics: Metrics,
  logger: Logger,
): Promise<{ source: TweetSource; readsSpentToday: () => number }> {
  const { timeoutMs } = chosen;
  const free = (source: TweetSource) => ({ source, readsSpentToday: () => 0 });
  switch (chosen.kind) {
    case 'fixture':
      return free(new FixtureTweetSource(chosen.file === undefined ? {} : { path: chosen.file }));
    case 'oembed':
      return free(new OembedTweetSource({ endpointUrl: chosen.url, timeoutMs, metrics, logger }));
    case 'x-api': {
      const { bearerToken, url: baseUrl, dailyReadBudget } = chosen;
      const { XApiTweetSource } = await import('./tweet-source/x-api/x-api-tweet-source.ts');
      const source = new XApiTweetSource({
        bearerToken,
        baseUrl,
        dailyReadBudget,
        timeoutMs,
        metrics,
        logger,
      });
      return { source, readsSpentToday: () => source.readsSpentToday() };
    }
  }
}
