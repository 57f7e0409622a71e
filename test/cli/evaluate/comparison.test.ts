import { describe, expect, it } from '@jest/globals';
import { compare } from '../../../cli/evaluate/comparison.ts';
import type { Label } from '../../../service/domain/sentiment.ts';

const answers = (labels: readonly (Label | null)[]) => ({
  answers: labels.map((label) => (label === null ? null : { label, confidence: 0.5, margin: 0 })),
});

describe('the comparison of models', () => {
  it('has the share of texts with the same label, whatever the truth', () => {
    const one = answers(['positive', 'negative', 'neutral', 'positive']);
    const other = answers(['positive', 'negative', 'positive', 'negative']);
    const truths: Label[] = ['neutral', 'neutral', 'neutral', 'neutral'];
    const agreement = compare(truths, [one, other]).map((row) => row.map((pair) => pair.agreement));
    expect(agreement).toEqual([
      [1, 0.5],
      [0.5, 1],
    ]);
  });

  it('takes a text without a token for neutral', () => {
    const [row] = compare(['neutral'], [answers([null]), answers(['neutral'])]);
    expect(row?.map(({ agreement }) => agreement)).toEqual([1, 1]);
  });

  it('has the difference of macro recall, with the standard error of a paired sample', () => {
    const truths: Label[] = [...Array<Label>(4).fill('negative'), 'neutral', 'positive'];
    const one = answers(['negative', 'negative', 'neutral', 'neutral', 'neutral', 'positive']);
    const other = answers(['negative', 'negative', 'negative', 'neutral', 'neutral', 'positive']);
    const [[, pair] = [], [back] = []] = compare(truths, [one, other]);
    // Differences of the negative texts: 0, 0, 1, 0, with the mean 1/4 and the variance 3/16.
    const standardError = Math.sqrt(3 / 16 / 4) / 3;
    expect(pair?.recallDifference).toBeCloseTo(1 / 12, 12);
    expect(pair?.standardError).toBeCloseTo(standardError, 12);
    expect(back?.recallDifference).toBeCloseTo(-1 / 12, 12);
    expect(back?.standardError).toBeCloseTo(standardError, 12);
  });

  it('has a standard error like the deviation among samples of the same texts', () => {
    const label = (index: number): Label => (index % 3 === 0 ? 'negative' : 'positive');
    const truths = Array.from({ length: 60 }, (_, index) => label(index));
    const wrong = (every: number) =>
      truths.map((truth, index): Label => (index % every === 0 ? 'neutral' : truth));
    const [one, other] = [wrong(5), wrong(7)];
    const [[, pair] = []] = compare(truths, [answers(one), answers(other)]);

    const random = sameRandom();
    const differences = Array.from({ length: 4_000 }, () => {
      const drawn = truths.map((truth, index) => {
        const alike = truths.flatMap((each, other) => (each === truth ? [other] : []));
        return alike[Math.floor(random() * alike.length)] ?? index;
      });
      const pick = (labels: readonly Label[]) => answers(drawn.map((index) => labels[index]!));
      const sample = drawn.map((index) => truths[index]!);
      return compare(sample, [pick(one), pick(other)])[0]![1]!.recallDifference;
    });
    const mean = differences.reduce((sum, each) => sum + each, 0) / differences.length;
    const variance = differences.reduce((sum, each) => sum + (each - mean) ** 2, 0);
    const deviation = Math.sqrt(variance / differences.length);
    expect(pair!.standardError / deviation).toBeCloseTo(1, 1);
  });
});

/** The same numbers from 0 to 1 in each run. */
function sameRandom(): () => number {
  let state = 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
