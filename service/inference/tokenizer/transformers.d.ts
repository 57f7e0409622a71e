/** Parts of the library that the tokenizer uses; its typings cover the entry point only. */
declare module '@xenova/transformers/src/tokenizers.js' {
  interface TokenizerModel {
    (words: readonly string[]): string[];
    convert_tokens_to_ids(tokens: readonly string[]): (number | undefined)[];
    /** Cache of split words, in byte-pair models only; unbounded unless replaced. */
    cache?: {
      get(word: string): string[] | undefined;
      set(word: string, tokens: string[]): unknown;
    };
  }

  export class PreTrainedTokenizer {
    constructor(tokenizerJson: object, tokenizerConfig: object);
    readonly normalizer: ((text: string) => string) | null;
    readonly pre_tokenizer: ((text: string, options: { section_index: number }) => string[]) | null;
    readonly model: TokenizerModel;
    readonly post_processor: ((tokens: readonly string[]) => { tokens: string[] }) | null;
  }

  export const AutoTokenizer: {
    readonly TOKENIZER_CLASS_MAPPING: Readonly<Record<string, typeof PreTrainedTokenizer>>;
  };
}
