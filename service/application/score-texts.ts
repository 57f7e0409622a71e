import type { SentimentModel } from './ports/sentiment-model.ts';
import { type Caller, deadlineIn } from './request-context.ts';
import { type TextOutcome, textOutcome } from './text-outcome.ts';

export interface ScoreTextsOptions {
  readonly model: SentimentModel;
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
    const { model, singleDeadlineMs, batchDeadlineMs } = this.#options;
    const predictions = await model.predict(texts, {
      ...caller,
      deadline: deadlineIn(texts.length === 1 ? singleDeadlineMs : batchDeadlineMs),
    });
    return predictions.map(textOutcome);
  }
}
