import { describe, expect, it } from '@jest/globals';
import { parseLabel } from '../../../cli/evaluate/parse-label.ts';

describe('a label', () => {
  it.each([
    ['negative', 'negative'],
    ['Neutral', 'neutral'],
    [' POSITIVE ', 'positive'],
    ['0', 'negative'],
    ['1', 'neutral'],
    ['2', 'positive'],
    ['1.0', 'neutral'],
    ['LABEL_0', 'negative'],
    ['label_2', 'positive'],
  ])('may be written %j', (given, label) => {
    expect(parseLabel(given)).toBe(label);
  });

  it.each(['', '-1', '3', '4', '01', '1.5', 'pos', 'LABEL_3', 'LABEL_', 'label'])(
    'cannot be %j',
    (given) => {
      expect(parseLabel(given)).toBeUndefined();
    },
  );
});
