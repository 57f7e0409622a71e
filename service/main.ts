/** The composition root: reads the configuration, wires every part, serves and shuts down. */

import { fileURLToPath } from 'node:url';
import packageJson from '../package.json' with { type: 'json' };
import { openFeatureStore, openPredictionLog, openTweetSource } from './adapters.ts';
import { IngestTweets } from './application/ingest-tweets.ts';
import { LanguageCheck } from './application/language-check.ts';
import { LoadScores } from './application/load-scores.ts';
import { PendingWrites } from './application/pending-writes.ts';
import { Purge } from './application/purge.ts';
import { ReadFeatures } from './application/read-features.ts';
import { Rebuild } from './application/rebuild.ts';
import { Rescore } from './application/rescore.ts';
import { ScoreTexts } from './application/score-texts.ts';
import { ScoreTweets } from './application/score-tweets.ts';
import { StoreWriter } from './application/store-writer.ts';
import { waitAtMost } from './application/wait-at-most.ts';
import { type Config, loadConfig } from './config/config.ts';
import { StartupError } from './domain/errors.ts';
import { OnnxSentimentModel } from './inference/onnx-sentiment-model.ts';
import { exitNow } from './process/exit-now.ts';
import { Lifecycle } from './process/lifecycle.ts';
import { listen } from './process/listen.ts';
import { Shutdown } from './process/shutdown.ts';
import { describeChoices } from './process/startup-log.ts';
import { createLogger } from './telemetry/logging.ts';
import { openMetricsSink } from './telemetry/metrics-sink.ts';
import { openTracer } from './telemetry/open-tracer.ts';
import { Output } from './telemetry/output.ts';
import { TotalingMetrics } from './telemetry/totals.ts';

// Constants come first: below, they would have no value yet while the service runs.

/** Longest time for one step of the start: a hanging disk, address or server must not hang it. */
const STEP_TIMEOUT_MS = 120_000;

/** Longest time at the end for rows that the store has not accepted, and its share of the drain. */
const LAST_WRITES_MS = 10_000;
const LAST_WRITES_SHARE = 0.1;

try {
  await serve(loadConfig());
} catch (error) {
  if (!(error instanceof StartupError)) throw error;
  process.stderr.write(`${error.message}\n`);
  // Not process.exit: it would wait for a worker thread that hangs.
  exitNow();
}

async function serve(config: Config): Promise<void> {
  const startedAtMs = Date.now();
  const output = new Output();
  const logger = await createLogger({
    ...config.log,
    destination: output,
    pretty: process.stdout.isTTY === true,
    // Respects NO_COLOR and TERM=dumb.
    colors: process.stdout.isTTY === true && process.stdout.hasColors(),
  });
  const metricsSink = await openMetricsSink(
    { ...config.metrics, version: packageJson.version },
    (line) => output.write(line),
    logger,
  );
  const metrics = new TotalingMetrics(metricsSink);
  const lifecycle = new Lifecycle();
  output.onDrop = () => metrics.record('LogDroppedLines', 1);
  output.onRecovery = (lines) =>
    logger.warn({ lines }, 'log lines were dropped while the output accepted none');
  const shutdown = new Shutdown({ lifecycle, logger, output });

  const { source, readsSpentToday } = await openTweetSource(config, metrics, logger);
  const predictionLog = await within(
    'The prediction log could not be opened (PREDICTION_LOG_DIR, PREDICTION_STREAM)',
    openPredictionLog(config, metrics, logger),
  );
  // Its workers load the model while this thread builds the rest.
  const model = await within(
    'The model could not be opened (MODELS_DIR, MODEL_NAME)',
    OnnxSentimentModel.open({
      ...config.model,
      workerUrl: new URL('./inference-worker.js', import.meta.url),
      metrics,
      logger,
      onFatal: (reason) => void shutdown.fail(new Error(reason)),
    }),
  );
  const store = await within(
    'The feature store could not be opened (REDIS_URL)',
    openFeatureStore(config, model.identity, metrics, logger),
  );
  const { rowTtlSeconds, storeText, pendingWritesMax: maxRows } = config.featureStore;
  const pendingWrites = new PendingWrites({ maxRows, metrics });
  const purge = new Purge({ store, predictionLog, pendingWrites });
  const storeWriter = new StoreWriter({
    store,
    predictionLog,
    purge,
    logger,
    pendingWrites,
    maxRows,
  });
  const { exposeText, limits } = config.http;
  // Imported on demand: static imports would be evaluated before the workers start.
  const { EldLanguageIdentifier } = await import('./inference/language/eld-language-identifier.ts');
  const { buildApp } = await import('./app.ts');
  const languages = new LanguageCheck({
    identifier: new EldLanguageIdentifier(model.languages),
    modelLanguages: model.languages,
    metrics,
  });
  const assessment = { rowTtlSeconds, storeText, exposeText, languages };
  const { unsupportedLanguage } = config;
  const tracer = await openTracer({
    ...config.traces,
    serviceVersion: packageJson.version,
    featureStore: store.name,
    tweetSource: source.name,
    logger,
  });
  const app = await buildApp({
    settings: {
      ...config.http,
      swaggerUiDir: fileURLToPath(new URL('./swagger-ui', import.meta.url)),
      pageDir: fileURLToPath(new URL('./web', import.meta.url)),
    },
    scoreTweets: new ScoreTweets({
      ...assessment,
      store,
      storeWriter,
      source,
      model,
      metrics,
      logger,
      unsupportedLanguage,
    }),
    scoreTexts: new ScoreTexts({ ...limits, model, languages, unsupportedLanguage }),
    ingestTweets: new IngestTweets({ ...assessment, storeWriter, model }),
    readFeatures: new ReadFeatures({ store, exposeText }),
    purge,
    rebuild: new Rebuild({ store, purge }),
    rescore: new Rescore({
      ...assessment,
      store,
      storeWriter,
      predictionLog,
      model,
      deadlineMs: limits.batchDeadlineMs,
    }),
    loadScores: new LoadScores({ ...assessment, storeWriter, modelLanguages: model.languages }),
    model,
    lifecycle,
    metrics,
    totals: metrics,
    tracer,
    info: {
      name: packageJson.name,
      version: packageJson.version,
      startedAtMs,
      uptimeSeconds: () => process.uptime(),
      featureStore: store.name,
      tweetSource: source.name,
      readsSpentToday,
    },
    logger,
  });
  await app.ready();
  await within('The model could not be loaded (MODELS_DIR, MODEL_NAME)', model.ready());
  const lastWritesMs = Math.min(LAST_WRITES_MS, config.shutdownTimeoutMs * LAST_WRITES_SHARE);
  shutdown.onDrain(config.shutdownTimeoutMs, [
    {
      name: 'finish requests',
      run: () => app.close(),
      giveUp: () => {
        app.server.closeAllConnections();
        app.siblings.closeAllConnections();
      },
      share: 0.7,
    },
    { name: 'send traces', run: async () => tracer?.close(), share: 0.3 },
    { name: 'flush store writes', run: () => storeWriter.close(lastWritesMs), share: 0.5 },
    { name: 'write prediction log', run: () => predictionLog.flush(), share: 0.5 },
    { name: 'close prediction log', run: async () => predictionLog.close(), share: 1 },
    { name: 'end workers', run: () => model.close(), share: 0.5 },
    { name: 'close store', run: () => store.close(), share: 0.8 },
    { name: 'close metrics', run: async () => metricsSink?.close(), share: 1 },
  ]);

  describeChoices(config, { model: model.identity, tweetSource: source.name }, logger);
  lifecycle.enter('ready');
  await within('The address could not be listened on (HOST, PORT)', listen(app, config.listen));
}

/** @throws StartupError if the step takes too long */
function within<T>(what: string, step: Promise<T>): Promise<T> {
  return waitAtMost(step, {
    ms: STEP_TIMEOUT_MS,
    onLate: () => new StartupError(`${what} within ${STEP_TIMEOUT_MS / 1_000} s.`),
  });
}
