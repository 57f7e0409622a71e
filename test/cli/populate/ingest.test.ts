import { describe, expect, it } from '@jest/globals';
import { Tally } from '../../../cli/populate/ingest.ts';

describe('the outcomes of tweets that were sent', () => {
  it('escape control characters in the codes of a service', () => {
    const tally = new Tally();
    tally.stored = 2;
    for (const code of ['empty_text', '\u001b[31m', 'empty_text']) tally.refuse(code);
    expect(String(tally)).toBe(String.raw`2 stored, 3 not (empty_text 2, \x1b[31m 1)`);
  });
});
