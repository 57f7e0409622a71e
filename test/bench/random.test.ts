import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { poissonArrivals } from '../../bench/load/arrivals.ts';
import { shuffle } from '../../bench/random.ts';
import { seededRandom } from '../../script/lib/seeded-random.ts';

describe('a seeded generator', () => {
  it('gives the same numbers in [0, 1) for the same seed', () => {
    const [one, two] = [seededRandom(5), seededRandom(5)];
    for (let draw = 0; draw < 1_000; draw++) {
      const value = one();
      expect(value).toBe(two());
      expect(value).toBeGreaterThanOrEqual(0);
      expect(value).toBeLessThan(1);
    }
  });

  it('shuffles without losing anything', () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), fc.nat(), (items, seed) => {
        const shuffled = shuffle(items, seededRandom(seed));
        expect(shuffled.toSorted()).toEqual(items.toSorted());
      }),
    );
  });
});

describe('Poisson arrivals', () => {
  it('come in order, within the duration, at about the rate asked for', () => {
    const arrivals = [...poissonArrivals(200, 60_000, 1)];
    expect(arrivals).toEqual(arrivals.toSorted((a, b) => a - b));
    expect(arrivals.at(-1)).toBeLessThan(60_000);
    // Standard deviation of 12,000 arrivals: 110.
    expect(Math.abs(arrivals.length - 12_000)).toBeLessThan(500);
  });

  it('are spread as exponential gaps are: their deviation equals their mean', () => {
    const arrivals = [...poissonArrivals(100, 100_000, 2)];
    const gaps = arrivals.slice(1).map((at, index) => at - (arrivals[index] ?? 0));
    const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
    const variance = gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length;
    expect(Math.sqrt(variance) / mean).toBeCloseTo(1, 1);
  });
});
