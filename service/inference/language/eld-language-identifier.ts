import { eld } from 'eld/small';
import type { LanguageIdentifier } from '../../application/ports/language-identifier.ts';
import { type Language, languageOf } from '../../domain/language.ts';
import { TAG_CHARACTERS } from '../../domain/topics.ts';

/** The length of a tweet, which is enough; the library itself reads about 350 bytes. */
const MAX_CHARACTERS = 280;

/** Fewest letters of a text in Latin script, which many languages share. */
const MIN_LATIN_LETTERS = 8;

/** Fewest letters of a text in another script. */
const MIN_LETTERS = 2;

/** A text within this distance of a language that the model reads may well be in it. */
const MARGIN = 0.1;

/** Addresses, mentions and tags: names in any language, most of them English. */
const NAMES = new RegExp(String.raw`https?://\S+|[@#＃$][${TAG_CHARACTERS}]+|\bRT\b`, 'gu');

/** The library's code of each language that it knows. */
const CODES = new Map(
  Object.values(eld.info().Languages).map((code) => [languageOf(code) ?? code, code]),
);

/** Scripts in which the library does not know a language that it knows in another one. */
const OTHER_SCRIPTS: ReadonlyMap<Language, string> = new Map([
  ['ku', 'Latn'],
  ['sr', 'Latn'],
]);

/** True if texts in the language are identified as such. */
export function isIdentifiable(language: Language): boolean {
  return CODES.has(language);
}

/**
 * Identifies 60 languages by their n-grams, with the library ELD.
 *
 * To mistake a text that the model reads for another language costs more than the reverse: the text
 * is not aggregated. A Latin text that is short, unlike every language, or close to a language of the
 * model is therefore undetermined. So is a text in the script of a language that the model reads and the
 * library does not know: it takes Indonesian for Malay, and Macedonian for Serbian.
 */
export class EldLanguageIdentifier implements LanguageIdentifier {
  readonly #modelLanguages: readonly Language[];
  /** A letter of each script in which the model reads a language that the library does not know. */
  readonly #unknownLetters: readonly RegExp[];

  /** @param modelLanguages the languages that the model reads; `*` alone if they are unknown */
  constructor(modelLanguages: readonly Language[]) {
    this.#modelLanguages = modelLanguages.map(languageOf).filter((language) => language !== null);
    this.#unknownLetters = this.#modelLanguages.flatMap(
      (language) => unknownLetters(language) ?? [],
    );
  }

  identify(text: string): Language | null {
    // The n-grams are of composed letters: decomposed Korean is like no language.
    const words = text.slice(0, MAX_CHARACTERS).normalize('NFC').replace(NAMES, ' ');
    const letters = words.match(/\p{L}/gu) ?? [];
    const latin = words.match(/\p{Script=Latin}/gu) ?? [];
    if (letters.length < MIN_LETTERS) return null;
    const result = eld.detect(words);
    const language = languageOf(result.language);
    if (language === null) return null;
    if (!this.#modelLanguages.includes(language) && this.#mayBeUnknown(letters)) return null;
    if (2 * latin.length <= letters.length) return language;
    if (latin.length < MIN_LATIN_LETTERS || !result.isReliable()) return null;
    return this.#isClear(language, result.getScores()) ? language : null;
  }

  /** True for a text in the script of a model language that the library does not know. */
  #mayBeUnknown(letters: readonly string[]): boolean {
    return this.#unknownLetters.some(
      (known) => 2 * letters.filter((letter) => known.test(letter)).length >= letters.length,
    );
  }

  #isClear(language: Language, scores: Readonly<Record<string, number>>): boolean {
    if (this.#modelLanguages.includes(language)) return true;
    const scoreOf = (each: Language) => scores[CODES.get(each) ?? each] ?? 0;
    const score = scoreOf(language);
    return this.#modelLanguages.every((each) => score - scoreOf(each) >= MARGIN);
  }
}

/** Letters in which a text may be in the language without being identified as such. */
function unknownLetters(language: Language): RegExp | undefined {
  if (!isIdentifiable(language)) return letterOf(new Intl.Locale(language).maximize().script);
  const script = OTHER_SCRIPTS.get(language);
  return script === undefined ? undefined : letterOf(script);
}

/** Any letter for a script that is unknown, or is several scripts, as that of Japanese. */
function letterOf(script: string | undefined): RegExp {
  try {
    return new RegExp(`\\p{Script=${script}}`, 'u');
  } catch {
    return /\p{L}/u;
  }
}
