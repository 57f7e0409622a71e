import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseExactly } from '../../../cli/kit/exact-json.ts';

it('integers keep every digit: as numbers where they have room, else as text', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), (integer) => {
      const value = parseExactly(`{"id":${integer}}`) as { id: number | string };
      expect(BigInt(value.id)).toBe(integer);
    }),
  );
});

it('other values are those of JSON.parse', () => {
  fc.assert(
    fc.property(fc.json({ noUnicodeString: false }), (json) => {
      fc.pre(!/\d{16}/.test(json));
      expect(parseExactly(json)).toEqual(JSON.parse(json));
    }),
  );
});
