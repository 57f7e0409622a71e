import type { EventLoopTurns } from './event-loop-turns.ts';
import type { Normalizer } from './normalize.ts';

/** A text in the form that the model reads. */
export interface Encoding {
  /** Token ids, special tokens included; at most the model's window. */
  readonly ids: readonly number[];
  /** Tokens beyond the window were dropped. */
  readonly truncated: boolean;
}

/** Turns a preprocessed text into token ids. */
export interface Tokenizer {
  /** Number of special tokens in every encoding: an encoding of that length holds no text. */
  readonly specialTokens: number;

  /** Id of a word outside the vocabulary; null if the tokenizer can spell every word. */
  readonly unknownId: number | null;

  /** Encodes a text, and yields the thread to other work every one or two milliseconds. */
  encode(text: string): Promise<Encoding>;

  /** Number of tokens of the whole text, special tokens included. Yields as `encode` does. */
  count(text: string): Promise<number>;
}

export interface EncodeTextsOptions {
  /** Of the model's bundle. */
  readonly normalize: Normalizer;
  readonly tokenizer: Tokenizer;
  /** The same instance that the tokenizer uses. */
  readonly turns: EventLoopTurns;
  /** Once aborted, the remaining texts are left out. */
  readonly signal: AbortSignal;
}

/** Normalizes and tokenizes texts, in order, and yields to other work in between. */
export async function encodeTexts(
  texts: readonly string[],
  { normalize, tokenizer, turns, signal }: EncodeTextsOptions,
): Promise<Encoding[]> {
  const encodings: Encoding[] = [];
  for (const text of texts) {
    if (signal.aborted) break;
    if (!turns.hasTime()) await turns.next();
    encodings.push(await tokenizer.encode(normalize(text)));
  }
  return encodings;
}
