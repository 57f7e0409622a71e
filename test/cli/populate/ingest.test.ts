import { describe, expect, it } from '@jest/globals';
import { Tally } from '../../../cli/populate/ingest.ts';

describe('the outcomes of tweets that were sent', () => {
  it('are counted by the codes of the service', () => {
    const tally = new Tally();
    tally.stored = 2;
    for (const code of ['empty_text', 'invalid_request', 'empty_text']) tally.refuse(code);
    expect(String(tally)).toBe('2 stored, 3 not (empty_text 2, invalid_request 1)');
  });
});
