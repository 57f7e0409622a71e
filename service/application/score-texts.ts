import { TextTooLongForModelError } from '../domain/errors.ts';
import type { LanguageFinding } from '../domain/language.ts';
import type { Prediction } from '../domain/sentiment.ts';
import type { LanguageCheck } from './language-check.ts';
import type { SentimentModel } from './ports/sentiment-model.ts';
import { type Caller, type RequestContext, withDeadline } from './request-context.ts';
import { failedText, type TextOutcome, textOutcome } from './text-outcome.ts';
import { type UnsupportedLanguagePolicy, unsupportedLanguage } from './unsupported-language.ts';
import { explainableWords, influencesOf, leaveOneOut } from './word-influence.ts';

export interface ScoreTextsOptions {
  readonly model: SentimentModel;
  readonly languages: LanguageCheck;
  readonly unsupportedLanguage: UnsupportedLanguagePolicy;
  readonly singleDeadlineMs: number;
  readonly batchDeadlineMs: number;
}

export interface TextOptions {
  /** False: a text that is longer than the model's window fails. */
  readonly truncate?: boolean | undefined;
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
  async score(
    texts: readonly string[],
    caller: Caller,
    { truncate = true }: TextOptions = {},
  ): Promise<TextOutcome[]> {
    const { singleDeadlineMs, batchDeadlineMs } = this.#options;
    const deadlineMs = texts.length === 1 ? singleDeadlineMs : batchDeadlineMs;
    const context = withDeadline(caller, deadlineMs);
    if (truncate) return this.#score(texts, context);
    const tooLong = await this.#tooLong(texts, context);
    const fitting = texts.filter((_, index) => !tooLong.has(index));
    const outcomes = fitting.length > 0 ? await this.#score(fitting, context) : [];
    // Ascending: each one moves the outcomes after it to their places.
    for (const [index, outcome] of tooLong) outcomes.splice(index, 0, outcome);
    return outcomes;
  }

  async #score(texts: readonly string[], context: RequestContext): Promise<TextOutcome[]> {
    const { model, languages } = this.#options;
    const predictions = await model.predict(texts, context);
    const findings = await languages.findAll(texts.map((text) => ({ text, language: null })));
    return findings.map((finding, index) => this.#outcome(predictions[index] ?? null, finding));
  }

  /**
   * Outcomes of the texts that do not fit the model's window, by index, ascending.
   *
   * @throws OverloadedError
   */
  async #tooLong(
    texts: readonly string[],
    context: RequestContext,
  ): Promise<Map<number, TextOutcome>> {
    const { model } = this.#options;
    const { maxTokens } = model;
    // Before the tokens are counted, so that an overloaded model does not pay for it.
    const reservation = model.reserve(texts.length, context.deadline);
    const counts = await model.countTokens(texts, context).finally(() => reservation.release());
    return new Map(
      counts.flatMap((tokens, index) =>
        tokens > maxTokens
          ? [[index, failedText(new TextTooLongForModelError({ tokens, maxTokens }))] as const]
          : [],
      ),
    );
  }

  /**
   * Scores a single text, with the influence of each of its words on the score of its label:
   * measured by leaving the word out, all in one batch with the deadline of a batch.
   *
   * @throws NotExplainableError for several texts and for one with too many words
   * @throws OverloadedError
   */
  async explain(
    texts: readonly string[],
    caller: Caller,
    { truncate = true }: TextOptions = {},
  ): Promise<TextOutcome[]> {
    const { model, languages, batchDeadlineMs } = this.#options;
    const words = explainableWords(texts);
    const [text = ''] = texts;
    const context = withDeadline(caller, batchDeadlineMs);
    const tooLong = truncate ? undefined : (await this.#tooLong(texts, context)).get(0);
    if (tooLong) return [tooLong];
    const [prediction = null, ...without] = await model.predictVariants(
      text,
      leaveOneOut(text, words),
      context,
    );
    const findings = await languages.findAll([{ text, language: null }]);
    return findings.map((finding) => {
      const outcome = this.#outcome(prediction, finding);
      if (outcome.status === 'error') return outcome;
      const explained = influencesOf(text, words, outcome.prediction, without);
      return { status: 'ok', prediction: { ...outcome.prediction, words: explained } };
    });
  }

  #outcome(prediction: Prediction | null, finding: LanguageFinding): TextOutcome {
    const { model, unsupportedLanguage: policy } = this.#options;
    if (policy === 'refuse' && finding.languageSupported === false) {
      return failedText(unsupportedLanguage('The text', finding.language, model.languages));
    }
    return textOutcome(prediction, finding);
  }
}
