import { describe, expect, it } from '@jest/globals';
import { median, summarize } from '../../bench/statistics.ts';

describe('median', () => {
  it.each([
    { values: [3], expected: 3 },
    { values: [9, 1, 5], expected: 5 },
    { values: [4, 1, 3, 2], expected: 2.5 },
  ])('of $values is $expected', ({ values, expected }) => {
    expect(median(values)).toBe(expected);
  });

  it('refuses an empty list instead of inventing a figure', () => {
    expect(() => median([])).toThrow('a median of no values');
  });
});

describe('summarize', () => {
  it('gives the median with the spread', () => {
    expect(summarize([1.1, 0.9, 1.0])).toEqual({ median: 1.0, lowest: 0.9, highest: 1.1 });
  });
});
