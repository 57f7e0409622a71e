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

/**
 * Identifies 60 languages by their n-grams, with the library ELD.
 *
 * To mistake a text that the model reads for another language costs more than the reverse: the text
 * is not aggregated. A Latin text that is short, unlike every language, or close to a language of the
 * model is therefore undetermined.
 */
export class EldLanguageIdentifier implements LanguageIdentifier {
  readonly #modelLanguages: readonly Language[];

  /** @param modelLanguages the languages that the model reads */
  constructor(modelLanguages: readonly Language[]) {
    this.#modelLanguages = modelLanguages;
  }

  identify(text: string): Language | null {
    // The n-grams are of composed letters: decomposed Korean is like no language.
    const words = text.slice(0, MAX_CHARACTERS).normalize('NFC').replace(NAMES, ' ');
    const letters = words.match(/\p{L}/gu) ?? [];
    const latin = words.match(/\p{Script=Latin}/gu) ?? [];
    if (letters.length < MIN_LETTERS) return null;
    const result = eld.detect(words);
    const language = languageOf(result.language);
    if (language === null || 2 * latin.length <= letters.length) return language;
    if (latin.length < MIN_LATIN_LETTERS || !result.isReliable()) return null;
    return this.#isClear(language, result.getScores()) ? language : null;
  }

  #isClear(language: Language, scores: Readonly<Record<string, number>>): boolean {
    if (this.#modelLanguages.includes(language)) return true;
    const score = scores[language] ?? 0;
    return this.#modelLanguages.every((each) => score - (scores[each] ?? 0) >= MARGIN);
  }
}
