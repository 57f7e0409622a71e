export interface AddedToken {
  readonly id: number;
  readonly content: string;
}

/** A part of a text: a token of the vocabulary's extension, or text in between (`id` null). */
export type Piece =
  | { readonly id: number; readonly text: null }
  | { readonly id: null; readonly text: string };

/** Tokens, such as emoji, that are split off before a text is normalised. */
export class AddedTokens {
  readonly #ids: ReadonlyMap<string, number>;
  readonly #pattern: RegExp | null;

  constructor(tokens: readonly AddedToken[]) {
    this.#ids = new Map(tokens.map(({ content, id }) => [content, id]));
    // The longest match wins, as in the reference.
    const contents = [...this.#ids.keys()].sort((a, b) => b.length - a.length).map(escapeRegExp);
    this.#pattern = contents.length > 0 ? new RegExp(contents.join('|'), 'gu') : null;
  }

  /** Parts of the text in order, found as they are asked for. */
  *split(text: string): Generator<Piece> {
    let start = 0;
    if (this.#pattern !== null) {
      for (const match of text.matchAll(this.#pattern)) {
        if (match.index > start) yield { id: null, text: text.slice(start, match.index) };
        const id = this.#ids.get(match[0]);
        if (id !== undefined) yield { id, text: null };
        start = match.index + match[0].length;
      }
    }
    if (start < text.length) yield { id: null, text: text.slice(start) };
  }
}

function escapeRegExp(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}
