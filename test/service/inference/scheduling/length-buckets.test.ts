import { describe, expect, it } from '@jest/globals';
import {
  BATCH_LENGTHS,
  LengthBuckets,
} from '../../../../service/inference/scheduling/length-buckets.ts';

const lengths = Array.from({ length: 256 }, (_, i) => i + 1);

describe('buckets of similar lengths', () => {
  const buckets = new LengthBuckets(256, 'similar');

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

describe('buckets of equal lengths', () => {
  it('hold one length each', () => {
    expect(new LengthBuckets(256, 'equal').limits).toEqual(lengths);
  });
});

describe('the lengths that share a batch', () => {
  it('are equal on arm64, where padding moves scores', () => {
    expect(BATCH_LENGTHS).toEqual({ x64: 'similar', arm64: 'equal' });
  });
});
