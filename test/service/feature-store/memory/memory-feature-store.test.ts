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

  it('evicts the oldest tombstone when there are more than its bound', async () => {
    const store = new MemoryFeatureStore({ identity: IDENTITY, maxRows: 2 });
    const ids = [anId(), anId(), anId()];
    for (const id of ids) await store.purgeTweet(id);
    const writes = ids.map((tweetId) => ({ row: aRow({ tweetId }), ttlSeconds: 60 }));
    expect(await store.putTweets(writes)).toEqual([true, false, false]);
  });
});
