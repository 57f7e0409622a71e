import { describe, expect, it } from '@jest/globals';
import { requireFiniteAnswers } from '../../../cli/evaluate/finite-answers.ts';

const answer = (confidence: number) => ({ label: 'negative' as const, confidence });

describe('requireFiniteAnswers', () => {
  it('rejects NaN scores with their number and the first line', () => {
    const answers = [answer(0.9), null, answer(Number.NaN), answer(0.5), answer(Number.NaN)];
    expect(() => requireFiniteAnswers('mine', { answers })).toThrow(
      'mine: scores of 2 of 5 texts are not finite, first in line 3',
    );
  });

  it('accepts finite scores and texts without a token', () => {
    expect(() => requireFiniteAnswers('mine', { answers: [answer(0.9), null] })).not.toThrow();
  });
});
