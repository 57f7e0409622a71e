import { describe, expect, it } from '@jest/globals';
import { measure } from '../../../cli/evaluate/measures.ts';
import type { Label } from '../../../service/domain/sentiment.ts';

const LETTERS: Readonly<Record<string, Label>> = { n: 'negative', o: 'neutral', p: 'positive' };

function labels(letters: string): Label[] {
  return [...letters].map((letter) => LETTERS[letter]!);
}

describe('measuring predictions', () => {
  it('is perfect when everything is right', () => {
    const { macroRecall, macroF1, accuracy } = measure(labels('nop'), labels('nop'));
    expect([macroRecall, macroF1, accuracy]).toEqual([1, 1, 1]);
  });

  it('weighs every label alike, however often it occurs', () => {
    const measures = measure(labels('nnnnoopp'), labels('nnnnonpo'));
    expect(measures.recall).toEqual({ negative: 1, neutral: 0.5, positive: 0.5 });
    expect(measures.macroRecall).toBeCloseTo(2 / 3);
    expect(measures.accuracy).toBe(6 / 8);
    // F1: negative 2*4/(4+5), neutral 2*1/(2+2), positive 2*1/(2+1)
    expect(measures.macroF1).toBeCloseTo((8 / 9 + 1 / 2 + 2 / 3) / 3);
  });

  it('counts by true label, then by predicted one', () => {
    expect(measure(labels('nnop'), labels('npoo')).confusion).toEqual({
      negative: { negative: 1, neutral: 0, positive: 1 },
      neutral: { negative: 0, neutral: 1, positive: 0 },
      positive: { negative: 0, neutral: 1, positive: 0 },
    });
  });

  it('has the standard error of a mean of independent recalls for many texts', () => {
    const truths = labels('n'.repeat(300) + 'o'.repeat(900) + 'p'.repeat(800));
    const given = labels(
      'n'.repeat(240) + 'o'.repeat(60 + 600) + 'p'.repeat(300 + 640) + 'o'.repeat(160),
    );
    const variances = [(0.8 * 0.2) / 300, ((2 / 3) * (1 / 3)) / 900, (0.8 * 0.2) / 800];
    const expected = Math.sqrt(variances.reduce((sum, each) => sum + each)) / 3;
    expect(measure(truths, given).standardError).toBeCloseTo(expected, 4);
  });

  it('has a standard error where all of a few texts are right', () => {
    // Each recall has the distribution Beta(2, 1), whose variance is 1/18.
    const { standardError } = measure(labels('nop'), labels('nop'));
    expect(standardError).toBeCloseTo(Math.sqrt(3 / 18) / 3);
  });

  it('gives 0 for a label that never occurs', () => {
    const { recall, macroRecall } = measure(labels('nn'), labels('nn'));
    expect([recall.positive, macroRecall]).toEqual([0, 1 / 3]);
  });
});
