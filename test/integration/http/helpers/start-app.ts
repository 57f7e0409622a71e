import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { Writable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { buildApp } from '../../../../service/app.ts';
import { IngestTweets } from '../../../../service/application/ingest-tweets.ts';
import { LoadScores } from '../../../../service/application/load-scores.ts';
import type { MetricTotals } from '../../../../service/application/ports/metrics.ts';
import type { Tracer } from '../../../../service/application/ports/tracer.ts';
import { ReadFeatures } from '../../../../service/application/read-features.ts';
import { Rebuild } from '../../../../service/application/rebuild.ts';
import type { RequestContext } from '../../../../service/application/request-context.ts';
import { Rescore } from '../../../../service/application/rescore.ts';
import { ScoreTexts } from '../../../../service/application/score-texts.ts';
import { ScoreTweets } from '../../../../service/application/score-tweets.ts';
import type { UnsupportedLanguagePolicy } from '../../../../service/application/unsupported-language.ts';
import { DEFAULT_ROW_TTL_SECONDS } from '../../../../service/contract/feature-store.ts';
import { DEFAULT_LIMITS, type HttpLimits } from '../../../../service/contract/http.ts';
import type { Prediction } from '../../../../service/domain/sentiment.ts';
import type { AppDeps, HttpSettings } from '../../../../service/http/app-deps.ts';
import {
  aLanguageCheck,
  aStoreWriter,
  aTweet,
  FakeModel,
  FakePredictionLog,
  FakeSource,
  FakeStore,
  NOT_FINITE,
  RecordedLog,
  RecordedMetrics,
} from '../../../helpers/fakes.ts';
import { checkAnswer } from './check-answer.ts';
import { type Answer, type Call, HttpClient } from './http-client.ts';
import { RestartableLifecycle } from './restartable-lifecycle.ts';
import { nextTurn, soon } from './soon.ts';

export { soon } from './soon.ts';

export const API_KEY = 'key-of-a-caller';
export const ADMIN_TOKEN = 'token-of-the-administrator';
/** Accepted too, as during a rotation. */
export const NEXT_ADMIN_TOKEN = 'next-token-of-the-administrator';
export const AS_CALLER = { 'x-api-key': API_KEY };
export const AS_ADMIN = { authorization: `Bearer ${ADMIN_TOKEN}` };

export const STARTED_AT_MS = Date.UTC(2026, 10, 23, 8);

export const TWEET_ID = '1460323737035677698';
export const TWEET_URL = `https://x.com/someone/status/${TWEET_ID}`;

/** The path that asks for a tweet. */
export function tweetPath(url: string): string {
  return `/v1/inference?tweetUrl=${encodeURIComponent(url)}`;
}

export class ScriptedModel extends FakeModel {
  readonly contexts: RequestContext[] = [];
  failWith: Error | undefined;
  /** Nothing is left of any text. */
  unscorable = false;
  /** Scores every text as NaN. */
  notFinite = false;

  override async predict(
    texts: readonly string[],
    context: RequestContext,
  ): Promise<(Prediction | null)[]> {
    this.contexts.push(context);
    if (this.failWith) throw this.failWith;
    if (this.unscorable) return texts.map(() => null);
    if (this.notFinite) return texts.map(() => NOT_FINITE);
    return super.predict(texts, context);
  }

  override reset(): void {
    super.reset();
    this.contexts.length = 0;
    this.failWith = undefined;
    this.unscorable = false;
    this.notFinite = false;
  }
}

export interface AppOptions {
  readonly settings?: Partial<Omit<HttpSettings, 'limits'>>;
  readonly limits?: Partial<HttpLimits>;
  readonly exposeText?: boolean;
  readonly unsupportedLanguage?: UnsupportedLanguagePolicy;
  /** English by default. */
  readonly modelLanguages?: readonly string[];
  /** An error that a hook of every route throws. */
  readonly fault?: Error;
  /** Called with the new instance, ahead of its plugins. */
  readonly onCreate?: (app: FastifyInstance) => void;
  readonly tracer?: Tracer;
  /** By default on one socket. */
  readonly listenBy?: (app: FastifyInstance) => Promise<unknown>;
  /** The lifecycle stays where it starts. */
  readonly starting?: boolean;
}

export type TestApp = Awaited<ReturnType<typeof startApp>>;

/** The app over real HTTP on a free port of the loopback, with fakes at its ports. */
export async function startApp(options: AppOptions = {}) {
  const model = new ScriptedModel();
  if (options.modelLanguages) model.languages = options.modelLanguages;
  const store = new FakeStore();
  const source = new FakeSource({
    [TWEET_ID]: aTweet(),
    '404': 'not_found',
    '403': 'protected',
    '451': 'withheld',
    '500': aTweet({ id: '500', text: 'a banana split' }),
    '422': aTweet({ id: '422', text: ' ' }),
  });
  const metrics = new RecordedMetrics();
  const lifecycle = new RestartableLifecycle();
  if (!options.starting) lifecycle.enter('ready');
  const { lines, logger } = memoryLog();
  const silent = new RecordedLog();
  const predictionLog = new FakePredictionLog();
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const { storeWriter, purge, pendingWrites } = aStoreWriter({ store, predictionLog, metrics });
  const exposeText = options.exposeText ?? true;
  const languages = aLanguageCheck({ modelLanguages: model.languages, metrics });
  const assessment = {
    rowTtlSeconds: DEFAULT_ROW_TTL_SECONDS,
    storeText: true,
    exposeText,
    languages,
  };
  const { unsupportedLanguage = 'score' } = options;
  const deps: AppDeps = {
    settings: {
      limits,
      keepAliveTimeoutMs: 72_000,
      drainGraceMs: 2_000,
      apiKeys: [API_KEY],
      corsOrigins: [],
      protectDocs: false,
      adminTokens: [ADMIN_TOKEN, NEXT_ADMIN_TOKEN],
      rateLimitPerMinute: 0,
      trustProxyHops: 0,
      swaggerUiDir: `${import.meta.dirname}/../../../../node_modules/@fastify/swagger-ui/static`,
      pageDir: `${import.meta.dirname}/../../../../dist/web`,
      ...options.settings,
    },
    scoreTweets: new ScoreTweets({
      ...assessment,
      store,
      storeWriter,
      source,
      model,
      metrics,
      logger: silent,
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
    loadScores: new LoadScores({ ...assessment, storeWriter, modelLanguages: ['en'] }),
    model,
    lifecycle,
    metrics,
    totals: totalsOf(metrics),
    tracer: options.tracer,
    info: {
      name: 'tweet-sentiment-service',
      version: '1.2.3',
      startedAtMs: STARTED_AT_MS,
      uptimeSeconds: () => 5.5,
      featureStore: store.name,
      tweetSource: source.name,
      readsSpentToday: () => 7,
    },
    logger,
  };
  const { fault, onCreate = fault && throwing(fault) } = options;
  const app = await withOnCreate(onCreate, () => buildApp(deps));
  const { listenBy = () => app.listen({ port: 0, host: '127.0.0.1' }) } = options;
  await listenBy(app);
  const client = new HttpClient(portOf(app));
  const unsent = new Set<ServerResponse>();
  app.server.on('request', (_request, response) => {
    unsent.add(response);
    response.once('close', () => unsent.delete(response));
  });
  return {
    app,
    deps,
    client,
    model,
    store,
    predictionLog,
    source,
    metrics,
    lifecycle,
    /** Log lines so far. */
    lines,
    document: app.swagger(),
    /** Sends a request and checks what must hold for every answer. */
    call: async (path: string, call: Call = {}): Promise<Answer> => {
      const answer = await client.send(path, call);
      checkAnswer(app.swagger(), path, call, answer);
      return answer;
    },
    /**
     * Forgets all requests and brings every fake and the lifecycle back to their first state.
     * Starting an app takes far longer.
     */
    reset: async () => {
      await soon(() => unsent.size === 0);
      await nextTurn();
      await storeWriter.flush();
      pendingWrites.dropAll();
      for (const fake of [model, source, predictionLog, metrics]) fake.reset();
      await store.reset();
      lines.length = 0;
      lifecycle.restart();
      if (!options.starting) lifecycle.enter('ready');
    },
    stop: async () => {
      client.close();
      await app.close();
    },
  };
}

/** Adds a hook that throws an error. */
function throwing(fault: Error): (app: FastifyInstance) => void {
  return (app) => {
    app.addHook('preHandler', async () => {
      throw fault;
    });
  };
}

/** Passes the app that `build` makes to `onCreate`, ahead of its plugins. */
async function withOnCreate(
  onCreate: AppOptions['onCreate'],
  build: () => Promise<FastifyInstance>,
): Promise<FastifyInstance> {
  if (onCreate === undefined) return build();
  const listener = (message: unknown) =>
    onCreate((message as { fastify: FastifyInstance }).fastify);
  subscribe('fastify.initialization', listener);
  try {
    return await build();
  } finally {
    unsubscribe('fastify.initialization', listener);
  }
}

/** Waits for a socket to close, bounded by the test's time-out. */
export async function closed(socket: { readonly closed: boolean } & NodeJS.EventEmitter) {
  if (!socket.closed) await once(socket, 'close');
}

function portOf(app: FastifyInstance): number {
  const address = app.server.address();
  if (address === null || typeof address === 'string') throw new Error('not listening on a port');
  return address.port;
}

function memoryLog() {
  const lines: Record<string, unknown>[] = [];
  const sink = new Writable({
    write(chunk, _encoding, done) {
      lines.push(JSON.parse(String(chunk)));
      done();
    },
  });
  return { lines, logger: pino({ level: 'debug' }, sink) };
}

function totalsOf(metrics: RecordedMetrics): MetricTotals {
  return {
    total: (name) => metrics.sum(name),
    byDimension: (name) => {
      const sums: Record<string, number> = {};
      for (const [recorded, value, dimension] of metrics.records) {
        if (recorded === name && dimension) sums[dimension] = (sums[dimension] ?? 0) + value;
      }
      return sums;
    },
  };
}
