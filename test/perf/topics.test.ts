import { expect, it } from '@jest/globals';
import { extractTopics } from '../../service/domain/topics.ts';
import { fastestMs } from './helpers/fastest.ts';

/** A scan in quadratic time takes minutes. */
const BOUND_MS = 1_000;

it.each(['#', '$', '#1', '$A', '#_', '＃', '&#', '#a#', 'http://#'])(
  'extracting topics from 100,000 repetitions of %j takes less than 1 s',
  async (piece) => {
    const text = piece.repeat(100_000);
    const measuredMs = await fastestMs(() => [...extractTopics(text)], {
      runs: 1,
      boundMs: BOUND_MS,
    });
    expect(measuredMs).toBeLessThan(BOUND_MS);
  },
);
