import { EmptyTextError, ModelFailedError } from '../domain/errors.ts';
import { hasFiniteScores, type Prediction } from '../domain/sentiment.ts';
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
   * @throws ModelFailedError if the scores of a text are not finite
   * @throws OverloadedError
   */
  async score(texts: readonly string[], caller: Caller): Promise<Prediction[]> {
    const { model, singleDeadlineMs, batchDeadlineMs } = this.#options;
    const predictions = await model.predict(texts, {
      ...caller,
      deadline: deadlineIn(texts.length === 1 ? singleDeadlineMs : batchDeadlineMs),
    });
    return predictions.map((prediction, index) => {
      const position = `${index + 1} of ${texts.length}`;
      if (!prediction) {
        throw new EmptyTextError(`Text ${position} has nothing to score; leave it out.`);
      }
      if (!hasFiniteScores(prediction)) {
        throw new ModelFailedError(
          `The model failed to score text ${position}; leave it out and report it.`,
        );
      }
      return prediction;
    });
  }
}
