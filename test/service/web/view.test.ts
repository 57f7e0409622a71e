import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DAYS, queryOf, readView } from '../../../service/web/view.ts';

const DEFAULTS = { topic: null, days: 30, measure: 'tweets' };

describe("the page's address", () => {
  it.each([
    ['', DEFAULTS],
    ['?topic=%23bitcoin', { ...DEFAULTS, topic: '#bitcoin' }],
    ['?topic=%40nasa&days=7&view=share', { topic: '@nasa', days: 7, measure: 'share' }],
    ['?topic=+&days=8&view=pie&other=1', DEFAULTS],
    ['?days=366&days=7', { ...DEFAULTS, days: 366 }],
  ])('%j is read as a view, with defaults for what is absent or invalid', (query, view) => {
    expect(readView(query)).toEqual(view);
  });

  it('keeps the first 100 characters of a topic, and never half of one', () => {
    const name = `#${'a'.repeat(98)}`;
    expect(readView(`?topic=${encodeURIComponent(`${name}😍b`)}`).topic).toBe(`${name}😍`);
  });

  it('leaves out defaults', () => {
    expect(queryOf(readView('?days=30&view=tweets'))).toBe('');
    expect(queryOf(readView('?view=share&topic=%24btc'))).toBe('?topic=%24btc&view=share');
  });

  it('gives back every view that is written to it', () => {
    const topic = fc.option(
      fc
        .string({ unit: 'grapheme', maxLength: 20 })
        .filter((text) => text !== '' && text.trim() === text && text.length <= 100),
    );
    const days = fc.constantFrom(...DAYS);
    const measure = fc.constantFrom('tweets' as const, 'share' as const);
    fc.assert(
      fc.property(fc.record({ topic, days, measure }), (view) => {
        expect(readView(queryOf(view))).toEqual(view);
      }),
    );
  });
});
