import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { FeatureStore } from '../../../service/application/ports/feature-store.ts';
import { MemoryFeatureStore } from '../../../service/feature-store/memory/memory-feature-store.ts';
import { connectedStore } from '../../helpers/connected-store.ts';
import { eventually } from '../../helpers/eventually.ts';
import { RecordedLog, RecordedMetrics } from '../../helpers/fakes.ts';
import { PERSISTENT, RedisServer } from '../../helpers/redis-server.ts';
import { aRow } from '../../port-suites/feature-store-contract.ts';

const identity = { name: 'm', revision: '0123456789ab', preprocessingVersion: 1 };

let redis: RedisServer;
beforeAll(async () => {
  redis = await RedisServer.start();
});
afterAll(() => redis?.stop());

const redisStore = (keyPrefix: string, { url } = redis) =>
  connectedStore({
    url,
    keyPrefix,
    identity,
    metrics: new RecordedMetrics(),
    logger: new RecordedLog(),
  });

async function put(store: FeatureStore, ids: readonly string[]): Promise<void> {
  for (let start = 0; start < ids.length; start += 500) {
    const part = ids.slice(start, start + 500);
    await store.putTweets(part.map((tweetId) => ({ row: aRow({ tweetId }), ttlSeconds: 600 })));
  }
}

async function listAll(
  store: FeatureStore,
  { from = '0', between }: { from?: string | null; between?: () => Promise<unknown> } = {},
): Promise<string[]> {
  const listed: string[] = [];
  for (let cursor = from; cursor !== null; ) {
    const page = await store.listTweets(cursor);
    listed.push(...page.tweetIds);
    cursor = page.nextCursor;
    await between?.();
  }
  return listed;
}

const ids = Array.from({ length: 2_500 }, (_, index) => String(900 + index));

describe.each([
  ['in memory', async () => new MemoryFeatureStore({ identity, maxRows: 10_000 })],
  ['Redis', () => redisStore('listing:')],
])('the list of stored tweets, %s', (_name, open) => {
  it('is empty at first, and holds each tweet once it is stored', async () => {
    const store = await open();
    try {
      expect(await store.listTweets('0')).toEqual({ tweetIds: [], nextCursor: null });
      await put(store, ids);
      expect(new Set(await listAll(store))).toEqual(new Set(ids));
    } finally {
      await store.close();
    }
  });

  it('misses no tweet that stays while others are purged', async () => {
    const store = await open();
    try {
      await put(store, ids);
      const going = ids.filter((_, index) => index % 5 === 0);
      const staying = ids.filter((_, index) => index % 5 !== 0);
      const listed = await listAll(store, {
        between: async () => {
          for (const id of going.splice(0, 50)) await store.purgeTweet(id);
        },
      });
      const seen = new Set(listed);
      expect(staying.filter((id) => !seen.has(id))).toEqual([]);
    } finally {
      await store.close();
    }
  });
});

it.each([
  ['', async () => undefined],
  [', also if another list has begun since', (store: FeatureStore) => listAll(store)],
])(
  'the list of stored tweets in Redis starts over after a restart, which draws another order%s',
  async (_, afterwards) => {
    const persistent = await RedisServer.start(PERSISTENT);
    const store = await redisStore('restarted:', persistent);
    try {
      await put(store, ids);
      const { nextCursor } = await store.listTweets('0');
      await persistent.restart();
      await eventually(() => afterwards(store));
      const rest = await eventually(() => listAll(store, { from: nextCursor }));
      expect(new Set(rest)).toEqual(new Set(ids));
    } finally {
      await store.close();
      await persistent.stop();
    }
  },
);

it('the list of stored tweets in Redis holds keys of its prefix only, whatever the prefix', async () => {
  const [strange, plain] = await Promise.all([redisStore('a*[b]?\\:'), redisStore('abb:')]);
  try {
    await put(strange, ['1', '2']);
    await put(plain, ['3']);
    expect((await listAll(strange)).sort()).toEqual(['1', '2']);
  } finally {
    await Promise.all([strange.close(), plain.close()]);
  }
});
