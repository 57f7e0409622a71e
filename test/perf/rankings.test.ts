import { expect, it } from '@jest/globals';
import { MemoryFeatureStore } from '../../service/feature-store/memory/memory-feature-store.ts';
import { anId, aRow, IDENTITY } from '../port-suites/feature-store-contract.ts';
import { fastestMs } from './helpers/fastest.ts';

/** Ranking 20,000 users for each of the reads takes twenty times as long. */
const BOUND_MS = 500;

it('100 rankings of 20,000 users and 20,000 topics in memory take less than 0.5 s', async () => {
  const store = new MemoryFeatureStore({ identity: IDENTITY, maxRows: 20_000 });
  const rows = Array.from({ length: 20_000 }, (_, index) =>
    aRow({ tweetId: anId(), authorId: String(1_000_000 + index), topics: [`#topic${index}`] }),
  );
  await store.putTweets(rows.map((row) => ({ row, ttlSeconds: 60 })));
  const read = async () => {
    for (let limit = 1; limit <= 100; limit++) {
      await store.mostActiveUsers(limit);
      await store.mostActiveTopics(limit);
    }
  };
  const measuredMs = await fastestMs(read, { runs: 1, boundMs: BOUND_MS });
  expect(measuredMs).toBeLessThan(BOUND_MS);
});
