import fc from 'fast-check';

const SURROGATES = { first: 0xd800, count: 0x800 };

/** Any code point except a lone surrogate. */
const codePoint = fc
  .integer({ min: 0, max: 0x10ffff - SURROGATES.count })
  .map((index) =>
    String.fromCodePoint(index < SURROGATES.first ? index : index + SURROGATES.count),
  );

/** Strings as of fast-check's unit `binary`, which takes a second of CPU time to prepare. */
export function unicodeString(constraints: { readonly maxLength?: number } = {}) {
  return fc.string({ unit: codePoint, ...constraints });
}
