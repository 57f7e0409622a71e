/** A text as the model reads it. */
export interface Encoding {
  /** Token ids, special tokens included; at most the model's window. */
  readonly ids: readonly number[];
  /** Tokens beyond the window were left out. */
  readonly truncated: boolean;
}

/** Turns a preprocessed text into token ids. */
export interface Tokenizer {
  /** How many of an encoding's ids are special: an encoding of that length holds no text. */
  readonly specialTokens: number;

  /** The id that stands for a word the vocabulary lacks; null where no text can make it. */
  readonly unknownId: number | null;

  /** Shares the thread: it gives way to other work every millisecond or two. */
  encode(text: string): Promise<Encoding>;
}
