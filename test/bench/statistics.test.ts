import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { median, quantile, summarize } from '../../bench/statistics.ts';

describe('median', () => {
  it.each([
    { values: [3], expected: 3 },
    { values: [9, 1, 5], expected: 5 },
    { values: [4, 1, 3, 2], expected: 2.5 },
  ])('of $values is $expected', ({ values, expected }) => {
    expect(median(values)).toBe(expected);
  });

  it('refuses an empty list instead of inventing a figure', () => {
    expect(() => median([])).toThrow('a quantile of no values');
  });
});

describe('quantile', () => {
  it('interpolates between neighbours', () => {
    expect(quantile([0, 10, 20, 30, 40], 0.9)).toBeCloseTo(36);
  });

  it('lies within the values, grows with the share and leaves its input alone', () => {
    const values = fc.array(fc.double({ noNaN: true, min: -1e9, max: 1e9 }), { minLength: 1 });
    fc.assert(
      fc.property(values, fc.double({ min: 0, max: 1, noNaN: true }), (list, share) => {
        const before = [...list];
        const found = quantile(list, share);
        expect(found).toBeGreaterThanOrEqual(Math.min(...list));
        expect(found).toBeLessThanOrEqual(Math.max(...list));
        expect(quantile(list, 1)).toBeGreaterThanOrEqual(found);
        expect(list).toEqual(before);
      }),
    );
  });
});

describe('summarize', () => {
  it('gives the median with the spread', () => {
    expect(summarize([1.1, 0.9, 1.0])).toEqual({ median: 1.0, lowest: 0.9, highest: 1.1 });
  });
});
