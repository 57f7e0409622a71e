import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { indexOfHighest, scoresOf, softmax } from '../../../service/inference/scores.ts';

describe('softmax', () => {
  it('gives the reference its probabilities', () => {
    const [a, b, c] = softmax([-0.535, -1.38164, 2.33067]);
    expect(a).toBeCloseTo(0.05266, 5);
    expect(b).toBeCloseTo(0.022583, 5);
    expect(c).toBeCloseTo(0.924757, 5);
  });

  it.each([Number.NaN, Infinity, -Infinity])('gives NaN only if a logit is %d', (logit) => {
    expect(softmax([logit, 1, 2])).toEqual([Number.NaN, Number.NaN, Number.NaN]);
  });

  it('sums to 1 and keeps the order, however large the logits', () => {
    const logit = fc.double({ noNaN: true, min: -1e30, max: 1e30 });
    fc.assert(
      fc.property(fc.array(logit, { minLength: 1, maxLength: 5 }), (logits) => {
        const probabilities = softmax(logits);
        const sum = probabilities.reduce((total, value) => total + value, 0);
        expect(Math.abs(sum - 1)).toBeLessThan(1e-9);
        expect(probabilities[indexOfHighest(logits)]).toBe(Math.max(...probabilities));
      }),
    );
  });
});

describe('the index of the highest value', () => {
  it('is that of the first one of equal values', () => {
    expect(indexOfHighest([0.2, 0.4, 0.4])).toBe(1);
  });
});

describe('scores by label', () => {
  it('assign each probability to the label of its logit', () => {
    const scores = scoresOf([3, 1, 2], ['positive', 'negative', 'neutral']);
    const [positive, negative, neutral] = softmax([3, 1, 2]);
    expect(scores).toEqual({ negative, neutral, positive });
  });
});
