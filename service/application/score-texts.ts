import { TextTooLongForModelError } from '../domain/errors.ts';
import { failed } from './failed-outcome.ts';
import type { LanguageCheck, TextToCheck } from './language-check.ts';
import type { SentimentModel } from './ports/sentiment-model.ts';
import { type Caller, type RequestContext, withDeadline } from './request-context.ts';
import { type TextOutcome, textOutcome } from './text-outcome.ts';
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
    const refused = await this.#refused(texts, context, truncate);
    const accepted = texts.filter((_, index) => !refused.has(index));
    const scored = accepted.length > 0 ? await this.#score(accepted, context) : [];
    let next = 0;
    return texts.flatMap((_, index) => refused.get(index) ?? scored[next++] ?? []);
  }

  async #score(texts: readonly string[], context: RequestContext): Promise<TextOutcome[]> {
    const { model, languages } = this.#options;
    const predictions = await model.predict(texts, context);
    const findings = await languages.findAll(toCheck(texts));
    return findings.map((finding, index) => textOutcome(predictions[index] ?? null, finding));
  }

  /**
   * Outcomes of the texts that are refused without being scored, by index.
   *
   * @throws OverloadedError
   */
  async #refused(
    texts: readonly string[],
    context: RequestContext,
    truncate: boolean,
  ): Promise<ReadonlyMap<number, TextOutcome>> {
    const { model, unsupportedLanguage: policy } = this.#options;
    if (truncate && policy === 'score') return new Map();
    // Before tokens are counted and languages identified, so that an overloaded model does not pay for it.
    const reservation = model.reserve(texts.length, context.deadline);
    try {
      const unreadable = policy === 'score' ? [] : await this.#unreadable(texts);
      const tooLong = truncate ? [] : await this.#tooLong(texts, context);
      return new Map([...unreadable, ...tooLong]);
    } finally {
      reservation.release();
    }
  }

  /** Outcomes of the texts in languages that the model does not read. */
  async #unreadable(texts: readonly string[]): Promise<[number, TextOutcome][]> {
    const { model, languages } = this.#options;
    const findings = await languages.identifyAll(toCheck(texts));
    return findings.flatMap(({ language, languageSupported }, index) =>
      languageSupported === false
        ? [[index, failed(unsupportedLanguage('The text', language, model.languages))]]
        : [],
    );
  }

  /** Outcomes of the texts that do not fit the model's window. */
  async #tooLong(
    texts: readonly string[],
    context: RequestContext,
  ): Promise<[number, TextOutcome][]> {
    const { model } = this.#options;
    const { maxTokens } = model;
    const counts = await model.countTokens(texts, context);
    return counts.flatMap((tokens, index) =>
      tokens > maxTokens
        ? [[index, failed(new TextTooLongForModelError({ tokens, maxTokens }))]]
        : [],
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
    const refused = (await this.#refused(texts, context, truncate)).get(0);
    if (refused) return [refused];
    const [prediction = null, ...without] = await model.predictVariants(
      text,
      leaveOneOut(text, words),
      context,
    );
    const findings = await languages.findAll(toCheck([text]));
    return findings.map((finding) => {
      const outcome = textOutcome(prediction, finding);
      if (outcome.status === 'error') return outcome;
      const explained = influencesOf(text, words, outcome.prediction, without);
      return { status: 'ok', prediction: { ...outcome.prediction, words: explained } };
    });
  }
}

function toCheck(texts: readonly string[]): TextToCheck[] {
  return texts.map((text) => ({ text, language: null }));
}
