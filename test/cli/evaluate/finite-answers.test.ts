import { describe, expect, it } from '@jest/globals';
import { requireFiniteAnswers } from '../../../cli/evaluate/finite-answers.ts';

const lines = [2, 3, 7, 8, 9];
const answer = (confidence: number) => ({
  label: 'negative' as const,
  confidence,
  margin: confidence,
});

describe('requireFiniteAnswers', () => {
  it('rejects NaN scores with their number and the first line', () => {
    const answers = [answer(0.9), null, answer(Number.NaN), answer(0.5), answer(Number.NaN)];
    expect(() => requireFiniteAnswers('mine', { answers }, { lines })).toThrow(
      'mine: 2 of 5 texts got scores that are not finite (NaN), the first one in line 7',
    );
  });

  it('accepts finite scores and texts without a token', () => {
    const answers = [answer(0.9), null];
    expect(() => requireFiniteAnswers('mine', { answers }, { lines })).not.toThrow();
  });
});
