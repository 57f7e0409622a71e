/** Parts of the library that the tokenizer uses; its typings cover the entry point only. */
declare module '@xenova/transformers/src/tokenizers.js' {
  export class PreTrainedTokenizer {
    constructor(tokenizerJson: object, tokenizerConfig: object);
    readonly pre_tokenizer: ((text: string, options: { section_index: number }) => string[]) | null;
    readonly post_processor: ((tokens: readonly string[]) => { tokens: string[] }) | null;
  }
}
