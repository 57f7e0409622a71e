import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { get } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { eventually } from '../helpers/eventually.ts';
import { RedisServer } from '../helpers/redis-server.ts';
import { ServiceProcess } from '../helpers/service-process.ts';
import { XApiStub } from '../helpers/x-api-stub.ts';

/** The bundled example that the README names. */
const EXAMPLE = 'https://x.com/i/status/1460323737035677698';

interface Answer {
  readonly featureStore?: string;
  readonly tokens?: number;
  readonly scores?: unknown;
  readonly code?: string;
}

async function ask(service: ServiceProcess, url = EXAMPLE): Promise<[number, Answer]> {
  const response = await service.tweet(url);
  return [response.status, (await response.json()) as Answer];
}

/** Asks until the store has this part in the answer, which it returns. */
async function askUntil(
  service: ServiceProcess,
  featureStore: string,
  url?: string,
): Promise<Answer> {
  const others: unknown[] = [];
  const found = await eventually(async () => {
    const [status, answer] = await ask(service, url);
    if (status !== 200) others.push([status, answer]);
    else if (answer.featureStore === featureStore) return answer;
    throw new Error(`no ${featureStore}, but ${status} ${JSON.stringify(answer)}`);
  });
  expect(others).toEqual([]);
  return found;
}

/** A request for the example that tells when it has been sent, unlike `fetch`. */
class SentRequest {
  readonly sent: Promise<unknown>;
  readonly answer: Promise<{ readonly status: number | undefined; readonly body: Answer }>;

  constructor(url: string) {
    const request = get(`${url}/v1/inference?tweetUrl=${encodeURIComponent(EXAMPLE)}`);
    this.sent = once(request, 'finish');
    this.answer = once(request, 'response').then(async ([response]) => ({
      status: response.statusCode,
      body: JSON.parse(await text(response)) as Answer,
    }));
  }
}

describe('the service with a Redis feature store', () => {
  let redis: RedisServer;
  let prefix: string;
  let service: ServiceProcess;

  const start = (environment: Readonly<Record<string, string>> = {}) =>
    ServiceProcess.start({
      REDIS_URL: redis.url,
      REDIS_KEY_PREFIX: prefix,
      HOT_CACHE_TTL_MS: '0',
      TWEET_SOURCE: 'fixture',
      ...environment,
    });

  /** The first answer of a service, or of the next one if Redis did not answer in time. */
  async function askAtFirst(attempts = 5): Promise<[number, Answer]> {
    service = await start();
    const first = await ask(service);
    if (first[1].featureStore !== 'unavailable' || attempts === 1) return first;
    await service.stop();
    prefix = `${randomUUID()}:`;
    return askAtFirst(attempts - 1);
  }

  beforeAll(async () => {
    redis = await RedisServer.start();
  });
  beforeEach(() => {
    prefix = `${randomUUID()}:`;
  });
  afterEach(async () => {
    await service.stop();
  });
  afterAll(async () => {
    await redis.stop();
  });

  it('answers the bundled example as a miss, then as a hit, also in another process', async () => {
    const [status, miss] = await askAtFirst();
    expect([status, miss.featureStore]).toEqual([200, 'miss']);
    await askUntil(service, 'hit');
    await service.stop();
    service = await start();
    // The row does not hold the number of tokens.
    const { tokens, ...stored } = miss;
    expect(tokens).toBeGreaterThan(0);
    expect(await askUntil(service, 'hit')).toEqual({ ...stored, featureStore: 'hit' });
  });

  it('keeps a row for exactly 60 days', async () => {
    service = await start();
    await ask(service);
    await askUntil(service, 'hit');
    const client = new Redis(redis.url);
    try {
      const expiries = await Promise.all(
        (await client.keys(`${prefix}*1460323737035677698:*`)).map((key) => client.ttl(key)),
      );
      expect(expiries.some((seconds) => seconds <= 5_184_000 && seconds > 5_183_900)).toBe(true);
    } finally {
      client.disconnect();
    }
  });

  it('computes one tweet once for a hundred clients, with one source call and one write', async () => {
    const stub = await XApiStub.start({
      tweets: [{ id: '1460323737035677698', text: 'I love this phone', author_id: '1' }],
    });
    try {
      service = await start({
        TWEET_SOURCE: 'x-api',
        X_BEARER_TOKEN: 'token-of-the-test',
        X_API_URL: stub.url,
      });
      stub.script('hang');
      const clients = Array.from({ length: 100 }, () => new SentRequest(service.url));
      await Promise.all(clients.map(({ sent }) => sent));
      // Two further round trips: the service has read what was sent before them.
      for (let trip = 0; trip < 2; trip++) await service.get('/livez');
      await eventually(async () => expect(stub.hanging).toBe(1));
      stub.answerHanging();
      const answers = await Promise.all(clients.map(({ answer }) => answer));
      expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
      expect(new Set(answers.map(({ body }) => JSON.stringify(body.scores))).size).toBe(1);
      expect(stub.requests).toHaveLength(1);
      const status = (await (await service.get('/v1/status')).json()) as {
        engine: { predictions: number };
      };
      expect(status.engine.predictions).toBe(1);
    } finally {
      await stub.close();
    }
  });

  it('answers all the while Redis is frozen, killed and back, and then hits again', async () => {
    service = await start();
    await ask(service);
    await askUntil(service, 'hit');
    let going = true;
    const answers: [number, Answer][] = [];
    const client = (async () => {
      while (going) answers.push(await ask(service));
    })();
    redis.freeze();
    await askUntil(service, 'unavailable');
    redis.thaw();
    await askUntil(service, 'hit');
    await redis.kill();
    await askUntil(service, 'unavailable');
    await redis.restart();
    // The server came back empty: a miss is written, and read.
    await askUntil(service, 'hit');
    going = false;
    await client;
    expect(answers).not.toEqual([]);
    expect(answers.filter(([status]) => status !== 200)).toEqual([]);
  });

  it('starts and answers without its Redis, and uses it once it is there', async () => {
    await redis.kill();
    service = await start();
    expect((await ask(service))[1].featureStore).toBe('unavailable');
    expect((await service.get('/readyz')).status).toBe(200);
    await redis.restart();
    await askUntil(service, 'hit');
  });

  it('says 503 where nothing can be recomputed: ingest and purge', async () => {
    service = await start({ ADMIN_TOKEN: 'admin-token-of-the-test' });
    const headers = { authorization: 'Bearer admin-token-of-the-test' };
    const tweet = {
      id: '7',
      text: 'so happy',
      author_id: '1',
      created_at: '2026-01-01T00:00:00.000Z',
    };
    const ingest = () => service.post('/v1/admin/tweets', { tweets: [tweet] }, { headers });
    // On a busy machine Redis may not answer in time once.
    const ingested = async () => {
      const { status } = await ingest();
      if (status !== 200) throw new Error(`the ingest is answered with ${status}`);
    };
    const purge = () => service.get('/v1/admin/features/tweets/7', { method: 'DELETE', headers });
    await eventually(ingested);
    await askUntil(service, 'hit', 'https://x.com/a/status/7');
    expect(await (await purge()).json()).toEqual({ removed: { rows: 1, contributions: 1 } });
    await redis.kill();
    for (const response of [await ingest(), await purge()]) {
      expect(response.status).toBe(503);
      expect(await response.json()).toMatchObject({ code: 'feature_store_unavailable' });
      expect(response.headers.get('retry-after')).toMatch(/^[1-9]/);
    }
    await redis.restart();
  });
});
