import type { Language } from '../../domain/language.ts';

/** Identifies the language of a text. Fast enough for the event loop, whatever the text. */
export interface LanguageIdentifier {
  /** Null for a text that is too short, mixed, or without words: undetermined rather than guessed. */
  identify(text: string): Language | null;
}
