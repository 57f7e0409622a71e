import { describe, expect, it } from '@jest/globals';
import { FeatureStoreUnavailableError } from '../../../service/domain/errors.ts';
import type { FeatureRow } from '../../../service/domain/feature-row.ts';
import { CachedFeatureStore } from '../../../service/feature-store/hot-cache.ts';
import { MemoryFeatureStore } from '../../../service/feature-store/memory/memory-feature-store.ts';
import { FakeStore } from '../../helpers/fakes.ts';
import {
  anId,
  aRow,
  featureStoreContract,
  IDENTITY,
} from '../../port-suites/feature-store-contract.ts';

const TTL_MS = 5_000;

featureStoreContract('CachedFeatureStore on memory', async () => {
  let nowMs = 1_000;
  const now = () => nowMs;
  const store = new MemoryFeatureStore({ identity: IDENTITY, maxRows: 1_000, now });
  return {
    store: new CachedFeatureStore({ store, ttlMs: TTL_MS, now }),
    advance: async (seconds) => {
      nowMs += seconds * 1_000;
    },
  };
});

/** A store whose reads wait at a gate after they have seen the rows, like a reply under way. */
class GatedStore extends FakeStore {
  readonly asked: string[][] = [];
  readGate: Promise<void> | undefined;

  override async getTweets(ids: readonly string[]): Promise<(FeatureRow | null)[]> {
    this.asked.push([...ids]);
    const rows = await super.getTweets(ids);
    await this.readGate;
    return rows;
  }

  override async purgeTweet(id: string) {
    await this.gate;
    return super.purgeTweet(id);
  }
}

function aCache(rows: readonly FeatureRow[] = []) {
  let nowMs = 1_000;
  const store = new GatedStore();
  for (const row of rows) store.rows.set(row.tweetId, row);
  const cache = new CachedFeatureStore({ store, ttlMs: TTL_MS, now: () => nowMs });
  return {
    store,
    cache,
    advanceMs: (ms: number) => {
      nowMs += ms;
    },
  };
}

describe('CachedFeatureStore', () => {
  it('serves a cached row without asking the store until its life is over', async () => {
    const row = aRow({ tweetId: anId() });
    const { store, cache, advanceMs } = aCache([row]);
    await cache.getTweets([row.tweetId]);
    advanceMs(TTL_MS);
    expect(await cache.getTweets([row.tweetId])).toEqual([row]);
    expect(store.asked).toHaveLength(1);
    advanceMs(1);
    expect(await cache.getTweets([row.tweetId])).toEqual([row]);
    expect(store.asked).toHaveLength(2);
  });

  it('reads all missing rows at once, each of them once', async () => {
    const [hot, cold] = [aRow({ tweetId: anId() }), aRow({ tweetId: anId() })];
    const absent = anId();
    const { store, cache } = aCache([hot, cold]);
    await cache.getTweets([hot.tweetId]);
    const ids = [cold.tweetId, hot.tweetId, absent, cold.tweetId];
    expect(await cache.getTweets(ids)).toEqual([cold, hot, null, cold]);
    expect(store.asked).toEqual([[hot.tweetId], [cold.tweetId, absent]]);
  });

  it('does not remember that a row was absent', async () => {
    const row = aRow({ tweetId: anId() });
    const { store, cache } = aCache();
    expect(await cache.getTweets([row.tweetId])).toEqual([null]);
    store.rows.set(row.tweetId, row);
    expect(await cache.getTweets([row.tweetId])).toEqual([row]);
  });

  it('serves cached rows while the store is down and rejects reads of others', async () => {
    const row = aRow({ tweetId: anId() });
    const { store, cache } = aCache([row]);
    await cache.getTweets([row.tweetId]);
    store.failWith = new FeatureStoreUnavailableError('down');
    expect(await cache.getTweets([row.tweetId])).toEqual([row]);
    await expect(cache.getTweets([row.tweetId, anId()])).rejects.toBe(store.failWith);
    await expect(cache.putTweets([{ row, ttlSeconds: 60 }])).rejects.toBe(store.failWith);
    await expect(cache.purgeTweet(row.tweetId)).rejects.toBe(store.failWith);
  });

  it('stops serving a row as soon as its purge begins', async () => {
    const row = aRow({ tweetId: anId() });
    const { store, cache } = aCache([row]);
    await cache.getTweets([row.tweetId]);
    const purgeGate = Promise.withResolvers<void>();
    store.gate = purgeGate.promise;
    const purged = cache.purgeTweet(row.tweetId);
    await cache.getTweets([row.tweetId]);
    expect(store.asked).toHaveLength(2);
    purgeGate.resolve();
    await purged;
    expect(await cache.getTweets([row.tweetId])).toEqual([null]);
  });

  it.each([
    [
      'purged',
      (cache: CachedFeatureStore, { tweetId }: FeatureRow) => cache.purgeTweet(tweetId),
      null,
    ],
    [
      'replaced',
      (cache: CachedFeatureStore, row: FeatureRow) =>
        cache.putTweets([{ row: { ...row, text: 'newer' }, ttlSeconds: 60 }]),
      expect.objectContaining({ text: 'newer' }),
    ],
  ])('does not cache a row that was %s while it was being read', async (_, change, after) => {
    const row = aRow({ tweetId: anId() });
    const { store, cache } = aCache([row]);
    const readGate = Promise.withResolvers<void>();
    store.readGate = readGate.promise;
    const read = cache.getTweets([row.tweetId]);
    await change(cache, row);
    readGate.resolve();
    expect(await read).toEqual([row]);
    expect(await cache.getTweets([row.tweetId])).toEqual([after]);
  });

  it('holds no more characters than its bound', async () => {
    const rows = Array.from({ length: 10 }, () =>
      aRow({ tweetId: anId(), text: 'x'.repeat(25_000) }),
    );
    const store = new GatedStore();
    for (const row of rows) store.rows.set(row.tweetId, row);
    const cache = new CachedFeatureStore({ store, ttlMs: TTL_MS, maxBytes: 3 * 51_000 });
    await cache.getTweets(rows.map((row) => row.tweetId));
    await cache.getTweets(rows.map((row) => row.tweetId));
    expect(store.asked.map((ids) => ids.length)).toEqual([10, 7]);
  });

  it('rejects a life of 0 ms', () => {
    const store = new FakeStore();
    expect(() => new CachedFeatureStore({ store, ttlMs: 0 })).toThrow('0 ms');
  });
});
