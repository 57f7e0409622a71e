import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { seededRandom } from '../../../../script/lib/seeded-random.ts';
import { LABELS, type Label } from '../../../../service/domain/sentiment.ts';
import {
  type LabelMix,
  populationStabilityIndex,
} from '../../../../service/inference/drift/population-stability-index.ts';

const mix = (negative: number, neutral: number, positive: number): LabelMix => ({
  negative,
  neutral,
  positive,
});

/** Mixes in which each label occurs. */
const mixes = fc
  .tuple(
    fc.integer({ min: 1, max: 1_000 }),
    fc.integer({ min: 1, max: 1_000 }),
    fc.integer({ min: 1, max: 1_000 }),
  )
  .map(([a, b, c]) => mix(a / (a + b + c), b / (a + b + c), c / (a + b + c)));

describe('the population stability index', () => {
  it('is the sum of (actual - reference) ln(actual / reference)', () => {
    // -0.1 ln 0.8 + 0.1 ln 1.3333 + 0 ln 1 = 0.0223144 + 0.0287682
    const index = populationStabilityIndex(mix(0.4, 0.4, 0.2), mix(0.5, 0.3, 0.2));
    expect(index).toBeCloseTo(0.0510826, 6);
  });

  it('is that of the Kullback-Leibler divergences both ways', () => {
    const divergence = (from: LabelMix, to: LabelMix) =>
      LABELS.reduce((sum, label) => sum + from[label] * Math.log(from[label] / to[label]), 0);
    fc.assert(
      fc.property(mixes, mixes, (a, b) => {
        expect(populationStabilityIndex(a, b)).toBeCloseTo(divergence(a, b) + divergence(b, a), 9);
      }),
    );
  });

  it('is 0 for the reference itself, never negative, and the same both ways', () => {
    fc.assert(
      fc.property(mixes, mixes, (a, b) => {
        expect(populationStabilityIndex(a, a)).toBe(0);
        expect(populationStabilityIndex(a, b)).toBeGreaterThanOrEqual(0);
        expect(populationStabilityIndex(a, b)).toBeCloseTo(populationStabilityIndex(b, a), 12);
      }),
    );
  });

  it('grows with the shift', () => {
    const reference = mix(0.45, 0.33, 0.22);
    const shifted = [0, 0.05, 0.1, 0.2, 0.3].map((share) =>
      populationStabilityIndex(mix(0.45 - share, 0.33 + share, 0.22), reference),
    );
    expect(shifted).toEqual(shifted.toSorted((a, b) => a - b));
  });

  it('stays finite where a label is missing', () => {
    const index = populationStabilityIndex(mix(1, 0, 0), mix(0, 1, 0));
    expect(index).toBeCloseTo(2 * (1 - 1e-4) * Math.log(1e4), 9);
  });

  it('comes to 2 / n on average by chance, for n predictions of three labels', () => {
    const random = seededRandom(7);
    const reference = mix(0.45, 0.33, 0.22);
    const draw = (): Label => {
      const at = random();
      if (at < reference.negative) return 'negative';
      return at < reference.negative + reference.neutral ? 'neutral' : 'positive';
    };
    const [n, samples] = [2_000, 400];
    let sum = 0;
    for (let sample = 0; sample < samples; sample++) {
      const counts = { negative: 0, neutral: 0, positive: 0 };
      for (let i = 0; i < n; i++) counts[draw()]++;
      const actual = mix(counts.negative / n, counts.neutral / n, counts.positive / n);
      sum += populationStabilityIndex(actual, reference);
    }
    // Chi-squared with two degrees of freedom has mean 2 and deviation 2: 400 samples, 4 sigma.
    expect((n * sum) / samples).toBeGreaterThan(1.6);
    expect((n * sum) / samples).toBeLessThan(2.4);
  });
});
