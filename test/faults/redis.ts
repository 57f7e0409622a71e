import { Redis } from 'ioredis';
import { eventually } from '../helpers/eventually.ts';
import { RedisServer } from '../helpers/redis-server.ts';
import { ServiceProcess } from '../helpers/service-process.ts';
import { TcpStub } from '../helpers/tcp-stub.ts';
import { XApiStub } from '../helpers/x-api-stub.ts';
import type { RedisFault, RedisParts } from './redis-faults.ts';
import type { Result } from './report.ts';
import { isToxiproxyBuilt, Toxiproxy } from './toxiproxy.ts';
import {
  ADMIN_TOKEN,
  AS_ADMIN,
  ask,
  askAll,
  type StubTweet,
  storedOf,
  tally,
  totalOf,
  tweetsOf,
} from './tweets.ts';

const TWEETS = 24;
/** Bound on the wait for rows that will never come, however busy the machine is. */
const WRITTEN_WITHIN_MS = 60_000;

/** The service, its Redis with everything that can happen to it, and X. */
export class RedisScene {
  readonly parts: RedisParts;
  readonly service: ServiceProcess;
  readonly #stub: XApiStub;
  readonly #cutter: TcpStub;

  private constructor(parts: RedisParts, service: ServiceProcess, stub: XApiStub, cutter: TcpStub) {
    this.parts = parts;
    this.service = service;
    this.#stub = stub;
    this.#cutter = cutter;
  }

  /** Starts the service while its Redis is down: the first fault. */
  static async start(): Promise<RedisScene> {
    const redis = await RedisServer.start(['--lua-time-limit', '100']);
    const { stub: cutter, arm: cutReply } = await TcpStub.startReplyCutter(redis.port);
    const cutterPort = Number(new URL(cutter.url).port);
    const proxy = isToxiproxyBuilt ? await Toxiproxy.start(cutterPort) : undefined;
    const [admin, blocked] = [new Redis(redis.url), new Redis(redis.url)];
    // Redis is down at times.
    for (const client of [admin, blocked]) client.on('error', () => undefined);
    const stub = await XApiStub.start();
    await redis.kill();
    const service = await ServiceProcess.start({
      REDIS_URL: `redis://127.0.0.1:${proxy?.port ?? cutterPort}`,
      HOT_CACHE_TTL_MS: '0',
      X_BEARER_TOKEN: 'token-of-the-fault-suite',
      X_API_URL: stub.url,
      ADMIN_TOKEN,
      // A busy machine must not decide who gets an answer.
      SINGLE_DEADLINE_MS: '30000',
      TWEET_SOURCE_TIMEOUT_MS: '20000',
    });
    return new RedisScene({ redis, admin, blocked, cutReply, proxy }, service, stub, cutter);
  }

  /** Asks for tweets of one author, ingests and purges during a fault; looks at the store after. */
  async suffer(fault: RedisFault, author: number): Promise<Result> {
    const tweets = tweetsOf(author, TWEETS + 1);
    const [purged, ingested] = [tweets[0]!, tweets[TWEETS]!];
    this.#stub.serve({ tweets });
    await fault.start(this.parts);
    const asked = tweets.slice(0, TWEETS).map(({ id }) => id);
    const outcomes = await askAll(this.service, asked);
    const aggregate = await this.service.get(`/v1/users/${author}/sentiment`);
    const ingest = await this.#ingest(ingested);
    const purging = this.#purge(purged.id);
    if (fault.awaitsPurge) await purging;
    await fault.end(this.parts);
    const recoveryMs = await this.#recovery(author);
    const purge = await purging;
    const isGone = purge === 200 || fault.awaitsPurge === true;
    const expected = outcomes
      .filter(({ status, id }) => status === 200 && !(isGone && id === purged.id))
      .map(({ id }) => id);
    if (ingest === 200) expected.push(ingested.id);
    const stored = await this.#storedInTheEnd(tweets, fault.forgets ? [] : expected);
    if (fault.needsRebuild) await this.#rebuild();
    const total = await eventually(() => totalOf(this.service, author), WRITTEN_WITHIN_MS);
    return {
      fault: `Redis: ${fault.name}`,
      asked: outcomes.length,
      answered: outcomes.filter(({ status }) => status === 200).length,
      lost: expected.filter((id) => !stored.has(id)).length + Math.max(0, stored.size - total),
      doubled: Math.max(0, total - stored.size) + (isGone && stored.has(purged.id) ? 1 : 0),
      recoveryMs,
      note: `${tally(outcomes.map(({ featureStore }) => featureStore))}; aggregate ${aggregate.status}, ingest ${ingest}, purge ${purge}`,
    };
  }

  async stop(): Promise<void> {
    await this.service.stop();
    await this.parts.proxy?.stop();
    await this.#cutter.close();
    this.parts.admin.disconnect();
    this.parts.blocked.disconnect();
    await this.parts.redis.stop();
    await this.#stub.close();
  }

  async #ingest(tweet: StubTweet): Promise<number> {
    const body = { tweets: [tweet] };
    return (await this.service.post('/v1/admin/tweets', body, { headers: AS_ADMIN })).status;
  }

  async #rebuild(): Promise<void> {
    const init = { method: 'POST', headers: AS_ADMIN };
    for (let cursor: string | null = 't0'; cursor !== null; ) {
      const path = `/v1/admin/features/rebuild?cursor=${cursor}`;
      const response = await this.service.get(path, init);
      if (!response.ok) throw new Error(`the rebuild answered ${response.status}`);
      ({ nextCursor: cursor } = (await response.json()) as { nextCursor: string | null });
    }
  }

  async #purge(id: string): Promise<number> {
    const init = { method: 'DELETE', headers: AS_ADMIN };
    return (await this.service.get(`/v1/admin/features/tweets/${id}`, init)).status;
  }

  /** Until a tweet is answered from the store and the aggregates are read. */
  async #recovery(author: number): Promise<number> {
    const startMs = performance.now();
    const id = `${author}0001`;
    await eventually(async () => {
      const { featureStore } = await ask(this.service, id);
      if (featureStore === 'unavailable') throw new Error('the store is not used');
      await totalOf(this.service, author);
    }, WRITTEN_WITHIN_MS);
    return performance.now() - startMs;
  }

  async #storedInTheEnd(tweets: readonly StubTweet[], expected: readonly string[]) {
    const ids = tweets.map(({ id }) => id);
    return eventually(async () => {
      const stored = await storedOf(this.service, ids);
      if (expected.some((id) => !stored.has(id))) throw new Error('rows are missing');
      return stored;
    }, WRITTEN_WITHIN_MS).catch(() =>
      eventually(() => storedOf(this.service, ids), WRITTEN_WITHIN_MS),
    );
  }
}
