import { EmptyTextError } from '../domain/errors.ts';
import type { Prediction } from '../domain/sentiment.ts';
import type { SentimentModel } from './ports/sentiment-model.ts';
import { type Caller, deadlineIn } from './request-context.ts';

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
   * Returns predictions in the length and order of the texts. One text has the deadline of a
   * single request, several texts that of a batch.
   *
   * @throws EmptyTextError if a text has nothing to score
   * @throws OverloadedError
   */
  async score(texts: readonly string[], caller: Caller): Promise<Prediction[]> {
    const { model, singleDeadlineMs, batchDeadlineMs } = this.#options;
    const predictions = await model.predict(texts, {
      ...caller,
      deadline: deadlineIn(texts.length === 1 ? singleDeadlineMs : batchDeadlineMs),
    });
    return predictions.map((prediction, index) => {
      if (prediction) return prediction;
      throw new EmptyTextError(
        `Text ${index + 1} of ${texts.length} has nothing to score; leave it out.`,
      );
    });
  }
}
