import type { UNSUPPORTED_LANGUAGE_POLICIES } from '../contract/languages.ts';
import { UnsupportedLanguageError } from '../domain/errors.ts';
import type { Language } from '../domain/language.ts';

/** Answer for a text in a language that the model does not read: its scores, marked, or an error. */
export type UnsupportedLanguagePolicy = (typeof UNSUPPORTED_LANGUAGE_POLICIES)[number];

/** @param subject such as `The text` */
export function unsupportedLanguage(
  subject: string,
  language: Language | null,
  modelLanguages: readonly string[],
): UnsupportedLanguageError {
  return new UnsupportedLanguageError(
    `${subject} is in the language "${language}", which the model does not read; it reads ${modelLanguages.join(', ')}.`,
  );
}
