export interface WordPieceConfig {
  readonly vocab: Readonly<Record<string, number>>;
  readonly unk_token: string;
  readonly continuing_subword_prefix: string;
  readonly max_input_chars_per_word?: number;
}

/**
 * Greedy longest-match-first WordPiece. The library builds every candidate string, so that a
 * hostile word of 100 characters takes milliseconds. Here a candidate is at most as long as the
 * longest piece of the vocabulary.
 */
export class WordPiece {
  /** Id of a word that no pieces make up. */
  readonly unknownId: number;
  readonly #starts = new Map<string, number>();
  readonly #continuations = new Map<string, number>();
  readonly #longestPiece: number;
  readonly #maxWordCharacters: number;

  constructor(config: WordPieceConfig) {
    const prefix = config.continuing_subword_prefix;
    let longest = 0;
    const { vocab } = config;
    // Object.entries takes twice as long for 30,000 pieces.
    for (const piece in vocab) {
      const id = vocab[piece];
      if (id === undefined) continue;
      this.#starts.set(piece, id);
      longest = Math.max(longest, piece.length);
      if (piece.startsWith(prefix)) this.#continuations.set(piece.slice(prefix.length), id);
    }
    const unknownId = vocab[config.unk_token];
    if (unknownId === undefined) {
      throw new Error(`The vocabulary lacks its unknown token "${config.unk_token}"`);
    }
    this.#longestPiece = longest;
    this.unknownId = unknownId;
    this.#maxWordCharacters = config.max_input_chars_per_word ?? 100;
  }

  /** Token ids of words; a word that no pieces make up is one unknown token. */
  encode(words: readonly string[]): number[] {
    const ids: number[] = [];
    for (const word of words) {
      const whole = this.#starts.get(word);
      if (whole !== undefined && !this.#isTooLong(word)) ids.push(whole);
      else this.#encodePieces(word, ids);
    }
    return ids;
  }

  #encodePieces(word: string, ids: number[]): void {
    const before = ids.length;
    if (this.#isTooLong(word)) {
      ids.push(this.unknownId);
      return;
    }
    for (let at = 0; at < word.length; ) {
      const pieces = at === 0 ? this.#starts : this.#continuations;
      let end = Math.min(word.length, at + this.#longestPiece);
      let id: number | undefined;
      for (; end > at; end--) {
        id = pieces.get(word.slice(at, end));
        if (id !== undefined) break;
      }
      if (id === undefined) {
        ids.length = before;
        ids.push(this.unknownId);
        return;
      }
      ids.push(id);
      at = end;
    }
  }

  /** Counts characters, not UTF-16 units. */
  #isTooLong(word: string): boolean {
    if (word.length <= this.#maxWordCharacters) return false;
    return word.length > 2 * this.#maxWordCharacters || [...word].length > this.#maxWordCharacters;
  }
}
