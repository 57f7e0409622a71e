import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { AppDeps } from '../../app-deps.ts';
import { answers, BODY_CODES, INFERENCE_CODES } from '../../schemas/problem.ts';
import { NoQuery } from '../../schemas/shared.ts';
import { callerSecurity } from '../../security.ts';
import { TextsResponse, textsRequest } from './schemas.ts';
import { scoreTexts } from './score-texts.ts';

/** Sentiment of texts that the caller sends: no tweet source, no feature store. */
export const textRoutes: FastifyPluginAsyncTypebox<AppDeps> = async (app, { model, settings }) => {
  const { limits } = settings;
  app.post(
    '/v1/inference',
    {
      schema: {
        operationId: 'scoreTexts',
        tags: ['inference'],
        summary: 'Sentiment of texts',
        description:
          'Scores texts in one batch. A text longer than the window of the model is truncated and says so.',
        security: callerSecurity(settings),
        querystring: NoQuery,
        body: textsRequest(limits),
        response: answers(TextsResponse, 'One result per text, in order.', [
          ...INFERENCE_CODES,
          ...BODY_CODES,
          'batch_too_large',
          'text_too_long',
          'empty_text',
        ]),
      },
    },
    async (request, reply): Promise<TextsResponse> => {
      const predictions = await scoreTexts(request.body.texts, model, limits, request, reply);
      return {
        results: predictions.map(({ label, scores, truncated }) => ({
          sentimentAnalyst: label,
          scores,
          truncated,
        })),
        model: { name: model.identity.name, revision: model.identity.revision },
      };
    },
  );
};
