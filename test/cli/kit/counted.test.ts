import { describe, expect, it } from '@jest/globals';
import { counted, nounFor } from '../../../cli/kit/counted.ts';

describe('a number with its noun', () => {
  it.each([
    [0, '0 texts'],
    [1, '1 text'],
    [2, '2 texts'],
  ])('%i is %j', (count, words) => {
    expect(counted(count, 'text')).toBe(words);
  });

  it('takes words that agree with the number', () => {
    const left = (count: number) => counted(count, 'text was left out', 'texts were left out');
    expect([left(1), left(3)]).toEqual(['1 text was left out', '3 texts were left out']);
  });

  it('leaves the number to a caller that formats it', () => {
    expect([nounFor(1, 'minute'), nounFor(1_000, 'minute')]).toEqual(['minute', 'minutes']);
  });
});
