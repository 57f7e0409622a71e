import { Redis } from 'ioredis';
import { DEFAULT_LIMITS } from '../../service/contract/http.ts';
import {
  ARM_MS,
  type Bench,
  SATURATING_CONNECTIONS,
  WARM_UP_MS,
  withServer,
  withService,
} from '../bench.ts';
import type { Benchmark, Measurement } from '../benchmark.ts';
import { renderRequest } from '../load/http-connection.ts';
import type { EchoServerSettings } from '../peers/echo-server.ts';
import { tweetRequest } from '../requests.ts';
import { interleave, ROUNDS } from '../rounds.ts';
import { startPeer } from '../servers/peer.ts';
import { withRedis } from '../servers/redis.ts';
import type { ServerProcess } from '../servers/server-process.ts';
import { tweetsOf, withFixture } from '../tweets.ts';
import { ratios } from './throughput.ts';

const TWEETS = 500;
const TWEETS_PATH = '/v1/inference/tweets';

/** No log lines: the peers write none either. B5L measures what they cost. */
const QUIET = { LOG_LEVEL: 'warn', TWEET_SOURCE: 'fixture' } as const;

async function requestsPerSecond(
  { load }: Bench,
  { port }: ServerProcess,
  requests: readonly Buffer[],
): Promise<number> {
  const plan = { connections: SATURATING_CONNECTIONS, warmUpMs: WARM_UP_MS, durationMs: ARM_MS };
  const { perSecond, succeeded, sent, failures } = await load.closed({ ...plan, port, requests });
  if (succeeded < sent) throw new Error(`hits failed: ${JSON.stringify(failures)}`);
  return perSecond;
}

/** Scores every tweet once, so that all are hits from now on. */
async function fill({ port }: ServerProcess, urls: readonly string[]): Promise<unknown[]> {
  const answers: unknown[] = [];
  for (const url of urls) {
    const address = `http://127.0.0.1:${port}/v1/inference?tweetUrl=${encodeURIComponent(url)}`;
    const response = await fetch(address, { signal: AbortSignal.timeout(10_000) });
    if (!response.ok) throw new Error(`${url} was answered with ${response.status}`);
    answers.push(await response.json());
  }
  return answers;
}

async function inProcessHits(bench: Bench): Promise<Measurement> {
  const tweets = tweetsOf(bench.texts, TWEETS);
  const urls = tweets.map(({ url }) => url);
  const gets = urls.map(tweetRequest);
  const posts = urls.map((url) => renderRequest('POST', TWEETS_PATH, { tweetUrls: [url] }));
  return withFixture(tweets, (path) =>
    withService(bench, { env: { ...QUIET, TWEET_FIXTURE: path } }, async (service) => {
      await fill(service, urls);
      const answer = await postedAnswer(service, urls[0] ?? '');
      const echo: EchoServerSettings = { path: TWEETS_PATH, limits: DEFAULT_LIMITS, answer };
      return withServer(startPeer('echo-server', echo), async (peer) => {
        const rounds = await interleave(
          ROUNDS,
          () => requestsPerSecond(bench, service, posts),
          () => requestsPerSecond(bench, peer, posts),
        );
        const { rounds: ratioRounds, details } = ratios(rounds, 'service req/s', 'Fastify req/s');
        const getsPerSecond = await requestsPerSecond(bench, service, gets);
        return { rounds: ratioRounds, details: { ...details, 'service GET req/s': getsPerSecond } };
      });
    }),
  );
}

/** One service that writes a log line per request, as by default, and one that does not. */
async function loggedHits(bench: Bench): Promise<Measurement> {
  const tweets = tweetsOf(bench.texts, TWEETS);
  const urls = tweets.map(({ url }) => url);
  const posts = urls.map((url) => renderRequest('POST', TWEETS_PATH, { tweetUrls: [url] }));
  return withFixture(tweets, (path) => {
    const quiet = { ...QUIET, TWEET_FIXTURE: path };
    const { LOG_LEVEL: _, ...logging } = quiet;
    return withService(bench, { env: logging }, (logged) =>
      withService(bench, { env: quiet }, async (silent) => {
        await fill(logged, urls);
        await fill(silent, urls);
        const rounds = await interleave(
          ROUNDS,
          () => requestsPerSecond(bench, logged, posts),
          () => requestsPerSecond(bench, silent, posts),
        );
        return ratios(rounds, 'with log req/s', 'without log req/s');
      }),
    );
  });
}

async function postedAnswer({ port }: ServerProcess, url: string): Promise<unknown> {
  const response = await fetch(`http://127.0.0.1:${port}${TWEETS_PATH}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ tweetUrls: [url] }),
    signal: AbortSignal.timeout(10_000),
  });
  return response.json();
}

async function redisHits(bench: Bench): Promise<Measurement> {
  const tweets = tweetsOf(bench.texts, TWEETS);
  const urls = tweets.map(({ url }) => url);
  return withFixture(tweets, (path) =>
    withRedis(async (redisUrl) => {
      const env = { ...QUIET, TWEET_FIXTURE: path, REDIS_URL: redisUrl, HOT_CACHE_TTL_MS: '0' };
      return withService(bench, { env }, async (service) => {
        const answers = await fill(service, urls);
        const keys = await storePlainly(redisUrl, answers);
        const gets = keys.map((key) => renderRequest('GET', `/row?key=${key}`));
        return withServer(startPeer('redis-get-server', { redisUrl }), async (peer) => {
          const rounds = await interleave(
            ROUNDS,
            () => requestsPerSecond(bench, service, urls.map(tweetRequest)),
            () => requestsPerSecond(bench, peer, gets),
          );
          return ratios(rounds, 'service req/s', 'Fastify with ioredis req/s');
        });
      });
    }),
  );
}

/** The same answers, as a server without a feature-store format would keep them. */
async function storePlainly(redisUrl: string, answers: readonly unknown[]): Promise<string[]> {
  const redis = new Redis(redisUrl);
  try {
    const entries = answers.map((answer, index) => [`plain:${index}`, JSON.stringify(answer)]);
    await redis.mset(entries.flat());
    return entries.map(([key]) => key ?? '');
  } finally {
    redis.disconnect();
  }
}

export const hits: readonly Benchmark[] = [
  {
    id: 'B5',
    title: 'in-process hits ÷ a Fastify POST echo with the same schemas',
    method: `POST ${TWEETS_PATH} with one stored tweet, memory store, request log off; the echo validates and serializes the same`,
    better: 'higher',
    floor: 0.6,
    aim: 0.85,
    unit: 'ratio',
    run: inProcessHits,
  },
  {
    id: 'B5L',
    title: 'in-process hits with the request log ÷ without',
    method: 'as B5, against a service with LOG_LEVEL=warn; the log goes to /dev/null',
    better: 'higher',
    floor: 0.8,
    aim: 0.95,
    unit: 'ratio',
    run: loggedHits,
  },
  {
    id: 'B6',
    title: 'Redis hits, full stack ÷ Fastify with a plain ioredis GET',
    method: 'GET /v1/inference of stored tweets, without the in-process cache, request log off',
    better: 'higher',
    floor: 0.6,
    aim: 0.9,
    unit: 'ratio',
    run: redisHits,
  },
];
