import type { LanguageFinding } from '../domain/language.ts';
import type { Prediction } from '../domain/sentiment.ts';
import type { LanguageCheck } from './language-check.ts';
import type { SentimentModel } from './ports/sentiment-model.ts';
import { type Caller, deadlineIn } from './request-context.ts';
import { failedText, type TextOutcome, textOutcome } from './text-outcome.ts';
import { type UnsupportedLanguagePolicy, unsupportedLanguage } from './unsupported-language.ts';

export interface ScoreTextsOptions {
  readonly model: SentimentModel;
  readonly languages: LanguageCheck;
  readonly unsupportedLanguage: UnsupportedLanguagePolicy;
  readonly singleDeadlineMs: number;
  readonly batchDeadlineMs: number;
}

/** Use case: scores texts that the caller sends, without tweet source and feature store. */
export class ScoreTexts {
  readonly #options: ScoreTextsOptions;

  constructor(options: ScoreTextsOptions) {
    this.#options = options;
  }

  /**
   * Returns outcomes in the length and order of the texts. One text has the deadline of a
   * single request, several texts that of a batch.
   *
   * @throws OverloadedError if the whole call fails
   */
  async score(texts: readonly string[], caller: Caller): Promise<TextOutcome[]> {
    const { model, languages, singleDeadlineMs, batchDeadlineMs } = this.#options;
    const predictions = await model.predict(texts, {
      ...caller,
      deadline: deadlineIn(texts.length === 1 ? singleDeadlineMs : batchDeadlineMs),
    });
    const findings = await languages.findAll(texts.map((text) => ({ text, language: null })));
    return findings.map((finding, index) => this.#outcome(predictions[index] ?? null, finding));
  }

  #outcome(prediction: Prediction | null, finding: LanguageFinding): TextOutcome {
    const { model, unsupportedLanguage: policy } = this.#options;
    if (policy === 'refuse' && finding.languageSupported === false) {
      return failedText(unsupportedLanguage('The text', finding.language, model.languages));
    }
    return textOutcome(prediction, finding);
  }
}
