/**
 * Data of the language detector. Packed into typed arrays its 80,000 n-grams take 1.3 MB; with an
 * object for each they take 25 MB and a tenth of the start.
 *
 * A packed file has a prefix, the codes of the n-grams in ascending order, the end of the scores of
 * each, a header in JSON, and the scores as pairs of a language number and a score.
 */
export interface LanguageData {
  readonly type: string;
  readonly languages: Readonly<Record<string, string>>;
  readonly isSubset: boolean;
  /** Scores by language number, by n-gram. */
  readonly ngrams: Readonly<Record<string, Scores>>;
}

type Scores = Readonly<Record<string, number>>;

/** Longest n-gram whose code is an exact number. */
const MAX_UNITS = 6;

/** Bytes before the codes: the number of n-grams and that of the header's bytes, and zeros. */
export const PREFIX_BYTES = 16;

/** The data as the detector reads it; `ngrams` makes the scores of an n-gram when it is read. */
export function unpackLanguageData(packed: Uint8Array): LanguageData {
  // A copy: typed arrays need an aligned start.
  const { buffer } = new Uint8Array(packed);
  const [count = 0, headerBytes = 0] = new Uint32Array(buffer, 0, 2);
  const codes = new Float64Array(buffer, PREFIX_BYTES, count);
  const ends = new Uint32Array(buffer, PREFIX_BYTES + codes.byteLength, count);
  const headerAt = PREFIX_BYTES + codes.byteLength + ends.byteLength;
  const header = new TextDecoder().decode(new Uint8Array(buffer, headerAt, headerBytes));
  const scores = new Uint8Array(buffer, headerAt + headerBytes);
  const scoresOf = (ngram: string): Scores | undefined => {
    const at = indexOf(codes, codeOf(ngram));
    if (at === -1) return undefined;
    const found: Record<number, number> = {};
    const end = ends[at] ?? 0;
    for (let i = ends[at - 1] ?? 0; i < end; i += 2) found[scores[i] ?? 0] = scores[i + 1] ?? 0;
    return found;
  };
  const ngrams = new Proxy<Record<string, Scores>>(
    {},
    { get: (_target, ngram) => (typeof ngram === 'string' ? scoresOf(ngram) : undefined) },
  );
  return { ...JSON.parse(header), ngrams };
}

/** The units of an n-gram as one number, which differs for each; NaN for one that is not packed. */
export function codeOf(ngram: string): number {
  if (ngram.length > MAX_UNITS) return Number.NaN;
  let code = 1;
  for (let i = 0; i < ngram.length; i++) {
    const unit = ngram.charCodeAt(i);
    if (unit > 0xff) return Number.NaN;
    code = code * 256 + unit;
  }
  return code;
}

/** Index of a code in ascending codes; -1 if it is not there. */
function indexOf(codes: Float64Array, code: number): number {
  let low = 0;
  let high = codes.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const found = codes[middle] ?? Number.NaN;
    if (found === code) return middle;
    if (found < code) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}
