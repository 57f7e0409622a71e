import type { Status } from '../../service/http/routes/status/schemas.ts';
import { type Bench, withService } from '../bench.ts';
import type { Benchmark, Measurement } from '../benchmark.ts';
import { tweetRequest } from '../requests.ts';
import { ROUNDS } from '../rounds.ts';
import type { ServerProcess } from '../servers/server-process.ts';
import { withXApiStub } from '../servers/x-api-stub.ts';
import { tweetsOf } from '../tweets.ts';

const CLIENTS = 100;
const READ_MS = 100;
const REQUESTS_MS_MAX = 10_000;

/** Each round asks for another tweet, a hundred times at once. */
async function identicalTweets(bench: Bench): Promise<Measurement> {
  const tweets = tweetsOf(bench.texts, ROUNDS);
  return withXApiStub(tweets, READ_MS, (stub) => {
    const env = { X_BEARER_TOKEN: 'benchmark', X_API_URL: stub.url };
    return withService(bench, { env }, async (service) => {
      const rounds: number[] = [];
      let answered = 0;
      for (const { url } of tweets) {
        const before = await predictions(service);
        const { succeeded } = await bench.load.closed({
          port: service.port,
          connections: CLIENTS,
          warmUpMs: 0,
          durationMs: REQUESTS_MS_MAX,
          requests: Array.from({ length: CLIENTS }, () => tweetRequest(url)),
          once: true,
        });
        answered += succeeded;
        rounds.push((await predictions(service)) - before);
      }
      return {
        rounds,
        details: { 'source calls': stub.calls(), answered },
        conditions: [
          { what: 'every client was answered', holds: answered === CLIENTS * ROUNDS },
          { what: 'one source call a tweet', holds: stub.calls() === ROUNDS },
          { what: 'one inference in every round', holds: rounds.every((count) => count === 1) },
        ],
      };
    });
  });
}

/** Texts scored since the start, as the service counts them. */
async function predictions({ port }: ServerProcess): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${port}/v1/status`, {
    signal: AbortSignal.timeout(10_000),
  });
  const { engine } = (await response.json()) as Status;
  return engine.predictions;
}

export const coalescing: readonly Benchmark[] = [
  {
    id: 'B14',
    title: `inferences for ${CLIENTS} concurrent identical tweets`,
    method: `the tweet source takes ${READ_MS} ms; inferences as /v1/status counts them`,
    better: 'lower',
    floor: 1,
    aim: 1,
    unit: 'count',
    gate: 'roberta',
    run: identicalTweets,
  },
];
