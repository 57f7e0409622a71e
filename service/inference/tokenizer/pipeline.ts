/** Places where a text may be cut without changing a token, for tokenizers that split at spaces. */
export const SPACE_CUT = /(?<=\P{White_Space}) (?=\P{White_Space})/gu;

/** Tokenizes the text between added tokens. */
export interface Pipeline {
  /** A global pattern whose matches begin where the text may be cut. */
  readonly cut: RegExp;
  /** See `Tokenizer`; null for models that can spell any word. */
  readonly unknownId: number | null;
  /** Ids in parts: between two, the caller may do other work. */
  encode(chunk: string): Iterable<readonly number[]>;
}
