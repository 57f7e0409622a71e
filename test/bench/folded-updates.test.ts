import { expect, it } from '@jest/globals';
import { foldedUpdates } from '../../bench/cluster/folded-updates.ts';
import type { FeatureRow } from '../../service/domain/feature-row.ts';

it('contributions to the same user or topic are one update within a window', () => {
  const rows = Array.from({ length: 100 }, (_, index) => ({
    authorId: String(index % 10),
    topics: ['#a'],
  })) as unknown as FeatureRow[];
  expect(foldedUpdates(rows)).toEqual([
    { tweets: 1, updates: 2 },
    { tweets: 100, updates: 11 / 100 },
  ]);
});
