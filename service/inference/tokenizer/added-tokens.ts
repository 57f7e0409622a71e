export interface AddedToken {
  readonly id: number;
  readonly content: string;
  /** Does not match within a word. */
  readonly single_word?: boolean;
  /** Takes the spaces before it. */
  readonly lstrip?: boolean;
  /** Takes the spaces after it. */
  readonly rstrip?: boolean;
}

/** A part of a text: an added token, or text between added tokens (`id` null). */
export type Piece =
  | { readonly id: number; readonly text: null }
  | { readonly id: null; readonly text: string };

/**
 * Special tokens of the model families, in lower case, with those that CamemBERT's vocabulary leaves
 * unused.
 */
const OF_THE_FAMILIES: ReadonlySet<string> = new Set([
  ...['cls', 'sep', 'pad', 'unk', 'mask', 'bos', 'eos'].map((name) => `[${name}]`),
  ...['s', '/s', 'pad', 'unk', 'mask', 'cls', 'sep', 'bos', 'eos'].map((name) => `<${name}>`),
  ...['<s>NOTUSED', '</s>NOTUSED', '<pad>NOTUSED', '<unk>NOTUSED'].map((name) =>
    name.toLowerCase(),
  ),
]);

/** Separators and placeholders: a text that spells one must not be able to write it. */
export function isOfFamily(content: string): boolean {
  return OF_THE_FAMILIES.has(content.toLowerCase());
}

const ENDS_IN_WORD = /[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]$/u;
const BEGINS_WITH_WORD = /^[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]/u;
const SPACE = /\p{White_Space}/u;

/** Splits off tokens, such as emoji, as AddedVocabulary of Hugging Face's tokenizers does. */
export class AddedTokens {
  readonly #tokens = new Map<string, AddedToken>();
  readonly #pattern: RegExp | null;

  /** @param tokens of the same content, the first counts */
  constructor(tokens: readonly AddedToken[]) {
    for (const token of tokens) {
      if (!this.#tokens.has(token.content)) this.#tokens.set(token.content, token);
    }
    this.#pattern = tokens.length > 0 ? patternOf([...this.#tokens.keys()]) : null;
  }

  get isEmpty(): boolean {
    return this.#pattern === null;
  }

  /** Parts of the text, in order and lazily. */
  *split(text: string): Generator<Piece> {
    let start = 0;
    if (this.#pattern !== null) {
      for (const { 0: content, index } of text.matchAll(this.#pattern)) {
        // Spaces that the token before has taken.
        if (index < start) continue;
        const token = this.#tokens.get(content);
        const end = index + content.length;
        if (token === undefined || (token.single_word && isInWord(text, index, end))) continue;
        const from = token.lstrip ? beforeSpaces(text, start, index) : index;
        if (from > start) yield { id: null, text: text.slice(start, from) };
        yield { id: token.id, text: null };
        start = token.rstrip ? afterSpaces(text, end) : end;
      }
    }
    if (start < text.length) yield { id: null, text: text.slice(start) };
  }
}

/** True if a character of a word is on either side. */
function isInWord(text: string, start: number, end: number): boolean {
  return (
    ENDS_IN_WORD.test(text.slice(Math.max(0, start - 2), start)) ||
    BEGINS_WITH_WORD.test(text.slice(end, end + 2))
  );
}

function beforeSpaces(text: string, first: number, end: number): number {
  let at = end;
  while (at > first && SPACE.test(text.charAt(at - 1))) at--;
  return at;
}

function afterSpaces(text: string, start: number): number {
  let at = start;
  while (at < text.length && SPACE.test(text.charAt(at))) at++;
  return at;
}

/** Pattern of all contents. The longest match wins, as in the reference. */
function patternOf(contents: readonly string[]): RegExp {
  const isCharacter = (content: string) => [...content].length === 1;
  const words = contents.filter((content) => !isCharacter(content));
  const alternatives = words.sort((a, b) => b.length - a.length).map(escapeRegExp);
  // A class of 400 emoji matches several times faster than 400 alternatives.
  const characters = contents.filter(isCharacter).map(escapeCharacter);
  if (characters.length > 0) alternatives.push(`[${characters.join('')}]`);
  return new RegExp(alternatives.join('|'), 'gu');
}

function escapeRegExp(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}

function escapeCharacter(character: string): string {
  return `\\u{${character.codePointAt(0)?.toString(16)}}`;
}
