import { describe, expect, it } from '@jest/globals';
import { LengthBuckets } from '../../../../service/inference/scheduling/length-buckets.ts';

describe('length buckets', () => {
  const buckets = new LengthBuckets(256);
  const lengths = Array.from({ length: 256 }, (_, i) => i + 1);

  it('cover every length up to the window, in order', () => {
    const indexes = lengths.map((length) => buckets.indexOf(length));
    expect(indexes).toEqual([...indexes].sort((a, b) => a - b));
    expect(buckets.limits.at(-1)).toBe(256);
    for (const length of lengths) {
      expect(buckets.limits[buckets.indexOf(length)]).toBeGreaterThanOrEqual(length);
    }
  });

  it('pad no text by more than an eighth of the longest', () => {
    for (const length of lengths) {
      const longest = buckets.limits[buckets.indexOf(length)]!;
      expect((longest - length) / longest).toBeLessThanOrEqual(1 / 8);
    }
  });

  it.each([0, 257, -1])('reject a length of %i', (length) => {
    expect(() => buckets.indexOf(length)).toThrow(RangeError);
  });
});
