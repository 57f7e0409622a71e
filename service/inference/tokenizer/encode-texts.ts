import type { EventLoopTurns } from './event-loop-turns.ts';
import { normalize } from './normalize.ts';
import type { Encoding, Tokenizer } from './tokenizer.ts';

export interface EncodeTextsOptions {
  readonly tokenizer: Tokenizer;
  /** The ones that the tokenizer takes, too. */
  readonly turns: EventLoopTurns;
  /** Once it is aborted the rest is left out. */
  readonly signal: AbortSignal;
}

/** Normalises and tokenises texts, in order, and lets others run in between. */
export async function encodeTexts(
  texts: readonly string[],
  { tokenizer, turns, signal }: EncodeTextsOptions,
): Promise<Encoding[]> {
  const encodings: Encoding[] = [];
  for (const text of texts) {
    if (signal.aborted) break;
    if (!turns.hasTime()) await turns.next();
    encodings.push(await tokenizer.encode(normalize(text)));
  }
  return encodings;
}
