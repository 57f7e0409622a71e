import { setImmediate } from 'node:timers/promises';
import { findingOf, type Language, type LanguageFinding } from '../domain/language.ts';
import type { LanguageIdentifier } from './ports/language-identifier.ts';
import type { Metrics } from './ports/metrics.ts';

/** A text, and its language as the source tells it. */
export interface TextToCheck {
  readonly text: string;
  /** Null: identified from the text. */
  readonly language: Language | null;
}

export interface LanguageCheckOptions {
  readonly identifier: LanguageIdentifier;
  /** Languages that the model reads; `*` alone if they are unknown. */
  readonly modelLanguages: readonly string[];
  readonly metrics: Metrics;
}

/** Texts that are identified before other requests get a turn: usually well below 1 ms. */
const TEXTS_PER_TURN = 8;

/** Finds the languages of texts and compares them with those that the model reads. */
export class LanguageCheck {
  readonly #options: LanguageCheckOptions;

  constructor(options: LanguageCheckOptions) {
    this.#options = options;
  }

  /** Findings of texts that are scored, in their length and order. Counts those in other languages. */
  async findAll(texts: readonly TextToCheck[]): Promise<LanguageFinding[]> {
    const findings = await this.identifyAll(texts);
    const others = findings.filter(({ languageSupported }) => languageSupported === false).length;
    if (others > 0) this.#options.metrics.record('OtherLanguageTexts', others);
    return findings;
  }

  /** Findings in the length and order of the texts, which are not counted. */
  async identifyAll(texts: readonly TextToCheck[]): Promise<LanguageFinding[]> {
    const findings: LanguageFinding[] = [];
    for (const text of texts) {
      if (findings.length > 0 && findings.length % TEXTS_PER_TURN === 0) await setImmediate();
      findings.push(this.#find(text));
    }
    return findings;
  }

  #find({ text, language }: TextToCheck): LanguageFinding {
    const { identifier, modelLanguages } = this.#options;
    return findingOf(language ?? identifier.identify(text), modelLanguages);
  }
}
