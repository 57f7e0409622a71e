/** Places where a text may be cut without changing a token, for tokenizers that split at spaces. */
export const SPACE_CUT = /(?<=\P{White_Space}) (?=\P{White_Space})/gu;

/**
 * Minimum characters to process in one step: more than most posts have, and more than an
 * ordinary text needs to fill a window of 256 tokens.
 */
const CHUNK_CHARACTERS = 1000;

/** Tokenizes the text between added tokens. Between two parts of an answer, the caller may do other work. */
export interface Pipeline {
  /** A global pattern whose matches begin where the text may be cut. */
  readonly cut: RegExp;
  /** See `Tokenizer`; null for models that can spell any word. */
  readonly unknownId: number | null;
  /** The normalized text, in parts. */
  normalize(text: string): Iterable<string>;
  /** Ids of a normalized text, in parts. */
  encode(chunk: string): Iterable<readonly number[]>;
}

/** Cuts a text where a cut changes no token. */
export function* chunks(text: string, cut: RegExp): Generator<string> {
  let start = 0;
  while (text.length - start > CHUNK_CHARACTERS) {
    cut.lastIndex = start + CHUNK_CHARACTERS;
    const end = cut.exec(text)?.index;
    if (end === undefined) break;
    yield text.slice(start, end);
    start = end;
  }
  yield text.slice(start);
}
