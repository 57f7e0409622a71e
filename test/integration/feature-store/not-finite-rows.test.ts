/** Rows with NaN in Redis, as releases before the error code `model_failed` left them. */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Redis } from 'ioredis';
import { openRedisClient } from '../../../service/feature-store/redis/redis-client.ts';
import { RedisFeatureStore } from '../../../service/feature-store/redis/redis-feature-store.ts';
import { encodeRow } from '../../../service/feature-store/redis/row-codec.ts';
import { RecordedLog, RecordedMetrics } from '../../helpers/fakes.ts';
import { RedisServer } from '../../helpers/redis-server.ts';
import { anId, aRow, IDENTITY } from '../../port-suites/feature-store-contract.ts';

const DAY = Math.floor(Date.UTC(2021, 10, 15) / 86_400_000);
const RANGE = { from: DAY, to: DAY };
const TOPIC = '#fruit';

let server: RedisServer;
let client: Redis;
let store: RedisFeatureStore;
let metrics: RecordedMetrics;
let keyPrefix: string;

beforeAll(async () => {
  server = await RedisServer.start();
  client = openRedisClient(server, 5_000);
  await once(client, 'ready');
});
afterAll(async () => {
  client.disconnect();
  await server.stop();
});
beforeEach(async () => {
  keyPrefix = `${randomUUID()}:`;
  metrics = new RecordedMetrics();
  store = await RedisFeatureStore.connect({
    url: server.url,
    keyPrefix,
    identity: IDENTITY,
    metrics,
    logger: new RecordedLog(),
    commandTimeoutMs: 5_000,
  });
});
afterEach(() => store.close());

/** Leaves what the script of those releases had written when it failed: the index and the row. */
async function writeNaN(id: string): Promise<void> {
  const { NaN: none } = Number;
  const row = aRow({ tweetId: id, scores: { negative: none, neutral: none, positive: none } });
  const version = `${IDENTITY.revision}:${IDENTITY.preprocessingVersion}`;
  await client.hset(`${keyPrefix}i:${id}`, `r:${version}`, row.createdTimestampMs);
  await client.set(`${keyPrefix}t:${id}:${version}`, encodeRow(row), 'EX', 3_600);
}

const put = (id: string) =>
  store.putTweets([{ row: aRow({ tweetId: id, topics: [TOPIC] }), ttlSeconds: 3_600 }]);
const positives = async () =>
  (await store.topicBuckets(TOPIC, RANGE))?.map(({ counts }) => counts.positive) ?? null;

describe('a row with NaN in Redis', () => {
  it('is absent, is counted as corrupt and changes no aggregate', async () => {
    const [sound, broken] = [anId(), anId()];
    await put(sound);
    await writeNaN(broken);
    expect((await store.getTweets([sound, broken])).map((row) => row?.tweetId)).toEqual([
      sound,
      undefined,
    ]);
    expect(metrics.sum('FeatureStoreCorruptRows')).toBe(1);
    expect(await positives()).toEqual([1]);
  });

  it('leaves nothing behind after a purge', async () => {
    const [sound, broken] = [anId(), anId()];
    await put(sound);
    await writeNaN(broken);
    expect(await store.purgeTweet(broken)).toEqual({ rows: 1, contributions: 0 });
    expect(await positives()).toEqual([1]);
    const left = (await client.keys(`${keyPrefix}*`)).filter((key) => key.includes(broken));
    expect(left).toEqual([`${keyPrefix}x:${broken}`]);
  });

  it('is replaced by a later score', async () => {
    const id = anId();
    await writeNaN(id);
    expect(await put(id)).toEqual([true]);
    expect((await store.getTweets([id]))[0]?.label).toBe('positive');
    expect(await positives()).toEqual([1]);
    expect(await store.purgeTweet(id)).toEqual({ rows: 1, contributions: 2 });
    expect(await positives()).toBeNull();
  });
});
