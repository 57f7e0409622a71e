import { describe, expect, it } from '@jest/globals';
import { MemoryFeatureStore } from '../../../../service/feature-store/memory/memory-feature-store.ts';
import { aggregateStoreContract } from '../../../port-suites/aggregate-store-contract.ts';
import {
  anId,
  aRow,
  featureStoreContract,
  IDENTITY,
  type StoreUnderTest,
} from '../../../port-suites/feature-store-contract.ts';

async function aStoreUnderTest(): Promise<StoreUnderTest> {
  let nowMs = 1_000;
  return {
    store: new MemoryFeatureStore({ identity: IDENTITY, maxRows: 2_000, now: () => nowMs }),
    advance: async (seconds) => {
      nowMs += seconds * 1_000;
    },
  };
}

featureStoreContract('MemoryFeatureStore', aStoreUnderTest);
aggregateStoreContract('MemoryFeatureStore', aStoreUnderTest);

describe('MemoryFeatureStore', () => {
  it('evicts the least recently used tweet when it is full', async () => {
    const store = new MemoryFeatureStore({ identity: IDENTITY, maxRows: 3 });
    const rows = Array.from({ length: 4 }, () => aRow({ tweetId: anId() }));
    const [first, second, third, fourth] = rows.map((row) => row.tweetId) as [
      string,
      string,
      string,
      string,
    ];
    await store.putTweets(rows.slice(0, 3).map((row) => ({ row, ttlSeconds: 60 })));
    await store.getTweets([first]);
    await store.putTweets(rows.slice(3).map((row) => ({ row, ttlSeconds: 60 })));
    expect(await store.getTweets([first, second, third, fourth])).toEqual([
      rows[0],
      null,
      rows[2],
      rows[3],
    ]);
    expect(await store.purgeTweet(second)).toEqual({ rows: 0, contributions: 0 });
  });

  it('evicts by size, too, and takes evicted tweets out of the aggregates', async () => {
    const store = new MemoryFeatureStore({ identity: IDENTITY, maxRows: 1_000, maxBytes: 250_000 });
    const rows = Array.from({ length: 8 }, () =>
      aRow({ tweetId: anId(), topics: ['#long'], text: 'é'.repeat(25_000) }),
    );
    for (const row of rows) await store.putTweets([{ row, ttlSeconds: 60 }]);
    const held = await store.getTweets(rows.map(({ tweetId }) => tweetId));
    expect(held.map((row) => row !== null)).toEqual([
      ...Array(4).fill(false),
      ...Array(4).fill(true),
    ]);
    const buckets = await store.topicBuckets('#long', { from: 0, to: 100_000 });
    const counted = (buckets ?? []).flatMap(({ counts }) => Object.values(counts));
    expect(counted.reduce((sum, count) => sum + count, 0)).toBe(4);
  });

  it('measures a tweet again when it is written again', async () => {
    const store = new MemoryFeatureStore({ identity: IDENTITY, maxRows: 1_000, maxBytes: 250_000 });
    const [first, second] = [anId(), anId()];
    const put = (tweetId: string, characters: number) =>
      store.putTweets([{ row: aRow({ tweetId, text: 'x'.repeat(characters) }), ttlSeconds: 60 }]);
    await put(first, 1);
    await put(second, 1);
    await put(first, 25_000);
    for (let i = 0; i < 4; i++) await put(anId(), 25_000);
    expect(await store.getTweets([first, second])).toEqual([null, null]);
  });

  it('evicts the oldest tombstone when there are more than its bound', async () => {
    const store = new MemoryFeatureStore({ identity: IDENTITY, maxRows: 2 });
    const ids = [anId(), anId(), anId()];
    for (const id of ids) await store.purgeTweet(id);
    const writes = ids.map((tweetId) => ({ row: aRow({ tweetId }), ttlSeconds: 60 }));
    expect(await store.putTweets(writes)).toEqual([true, false, false]);
  });

  it('ranks again after each write, eviction, purge and end of a day bucket', async () => {
    let nowMs = 1_000;
    const store = new MemoryFeatureStore({
      identity: IDENTITY,
      maxRows: 3,
      aggregateTtlSeconds: 100,
      now: () => nowMs,
    });
    const put = async (authorId: string) => {
      const row = aRow({ tweetId: anId(), authorId });
      await store.putTweets([{ row, ttlSeconds: 60 }]);
      return row.tweetId;
    };
    const ranking = async () => (await store.mostActiveUsers(10)).map(({ id }) => id);
    await put('1');
    const second = await put('2');
    expect(await ranking()).toEqual(['2', '1']);
    await put('1');
    expect(await ranking()).toEqual(['1', '2']);
    await put('3');
    expect(await ranking()).toEqual(['3', '2', '1']);
    await store.purgeTweet(second);
    expect(await ranking()).toEqual(['3', '1']);
    nowMs += 100_000;
    expect(await ranking()).toEqual([]);
  });

  it('orders users and topics of as many tweets by their UTF-8', async () => {
    const store = new MemoryFeatureStore({ identity: IDENTITY, maxRows: 10 });
    const topics = ['#a', '#ab', '#é', '#漢', '#﨎', '#𐐨', '#𠮷'];
    const row = aRow({ tweetId: anId(), topics });
    await store.putTweets([{ row, ttlSeconds: 60 }]);
    const ranked = (await store.mostActiveTopics(10)).map(({ topic }) => topic);
    const byBytes = (a: string, b: string) => Buffer.compare(Buffer.from(b), Buffer.from(a));
    expect(ranked).toEqual(topics.toSorted(byBytes));
  });
});
