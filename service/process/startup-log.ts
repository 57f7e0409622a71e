import type { Logger } from '../application/ports/logger.ts';
import type { Config } from '../config/config.ts';
import type { ModelIdentity } from '../domain/sentiment.ts';

/** Logs one line per choice of the configuration, with the variable that changes it. */
export function describeChoices(
  config: Config,
  { model, tweetSource }: { readonly model: ModelIdentity; readonly tweetSource: string },
  logger: Logger,
): void {
  for (const warning of config.log.warnings) logger.warn({}, warning);
  const { redis, memoryMaxRows } = config.featureStore;
  logger.info({}, `model: ${model.name}, revision ${model.revision} (MODEL_NAME picks another)`);
  logger.info(
    {},
    redis
      ? 'feature store: Redis (without REDIS_URL it is in memory)'
      : `feature store: in memory, at most ${memoryMaxRows} tweets, lost at exit (REDIS_URL keeps them)`,
  );
  logger.info({}, `prediction log: ${describePredictionLog(config)}`);
  logger.info(
    {},
    `tweet source: ${tweetSource} (X_BEARER_TOKEN selects the X API, TWEET_SOURCE=fixture the bundled examples)`,
  );
  if (config.http.apiKeys.length === 0) {
    logger.info({}, 'access: open to everyone who reaches it (API_KEYS asks for a key)');
  }
}

function describePredictionLog({ predictionLog: chosen }: Config): string {
  switch (chosen.kind) {
    case 'none':
      return 'none (PREDICTION_LOG_DIR keeps one)';
    case 'file':
      return `${chosen.dir}, for ${chosen.keepDays} days (PREDICTION_LOG_DIR, PREDICTION_LOG_DAYS)`;
    case 'firehose':
      return `Firehose stream ${chosen.streamName} (PREDICTION_STREAM)`;
  }
}
