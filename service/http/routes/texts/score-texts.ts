import type { FastifyReply, FastifyRequest } from 'fastify';
import type { SentimentModel } from '../../../application/ports/sentiment-model.ts';
import { EmptyTextError } from '../../../domain/errors.ts';
import type { Prediction } from '../../../domain/sentiment.ts';
import type { HttpLimits } from '../../app-deps.ts';
import { contextOf } from '../../plugins/request-trace.ts';

/**
 * Scores the texts of a request: same length, same order. One text has the deadline of a single
 * request, several that of a batch.
 *
 * @throws EmptyTextError when a text holds nothing to score.
 * @throws OverloadedError
 */
export async function scoreTexts(
  texts: readonly string[],
  model: SentimentModel,
  limits: HttpLimits,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<Prediction[]> {
  const deadlineMs = texts.length === 1 ? limits.singleDeadlineMs : limits.batchDeadlineMs;
  const predictions = await model.predict(texts, contextOf(request, reply, deadlineMs));
  return predictions.map((prediction, index) => {
    if (prediction) return prediction;
    throw new EmptyTextError(
      `Text ${index + 1} of ${texts.length} holds nothing to score; leave it out.`,
    );
  });
}
