import {
  codeOf,
  type LanguageData,
  PREFIX_BYTES,
} from '../../service/inference/language/packed-ngrams.ts';

/**
 * Packs the data of the language detector for `unpackLanguageData`.
 *
 * @throws Error if the data has an n-gram, language or score that the format cannot hold
 */
export function packLanguageData({ ngrams, ...header }: LanguageData): Uint8Array {
  const entries = Object.entries(ngrams)
    .map(([ngram, scores]) => ({ ngram, code: codeOf(ngram), pairs: Object.entries(scores) }))
    .sort((a, b) => a.code - b.code);
  const json = new TextEncoder().encode(JSON.stringify(header));
  const codes = new Float64Array(entries.length);
  const ends = new Uint32Array(entries.length);
  const scores: number[] = [];
  for (const [at, { ngram, code, pairs }] of entries.entries()) {
    const bytes = pairs.flatMap(([language, score]) => [Number(language), score]);
    if (Number.isNaN(code) || bytes.some((byte) => !Number.isInteger(byte) || byte >> 8 !== 0)) {
      throw new Error(`the n-gram ${JSON.stringify(ngram)} cannot be packed; see packed-ngrams.ts`);
    }
    codes[at] = code;
    scores.push(...bytes);
    ends[at] = scores.length;
  }
  const prefix = new Uint32Array(PREFIX_BYTES / Uint32Array.BYTES_PER_ELEMENT);
  prefix.set([entries.length, json.length]);
  const parts = [prefix, codes, ends, json, Uint8Array.from(scores)];
  const packed = new Uint8Array(parts.reduce((sum, { byteLength }) => sum + byteLength, 0));
  let at = 0;
  for (const part of parts) {
    packed.set(new Uint8Array(part.buffer), at);
    at += part.byteLength;
  }
  return packed;
}
