import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { AppDeps } from '../../app-deps.ts';
import { callerOf } from '../../caller.ts';
import { answers, BODY_CODES, INFERENCE_CODES } from '../../schemas/answers.ts';
import { callerSecurity } from '../../schemas/security.ts';
import { NoQuery } from '../../schemas/shared.ts';
import { textsResponse } from './presenter.ts';
import { TextsResponse, textsRequest } from './schemas.ts';

/** Sentiment of texts that the caller sends. */
export const textRoutes: FastifyPluginAsyncTypebox<AppDeps> = async (
  app,
  { model, scoreTexts, settings },
) => {
  app.post(
    '/v1/inference',
    {
      schema: {
        operationId: 'scoreTexts',
        tags: ['inference'],
        summary: 'Sentiment of texts',
        description:
          "Scores texts in one batch. Texts longer than the model's window are truncated, and marked as such. Texts in a language that the model does not read are marked, too, or refused with UNSUPPORTED_LANGUAGE=refuse. A text that fails has a problem in its place; the call fails only for reasons that concern all texts.",
        security: callerSecurity(settings),
        querystring: NoQuery,
        body: textsRequest(settings.limits),
        response: answers(TextsResponse, 'One result per text, in order.', [
          ...INFERENCE_CODES,
          ...BODY_CODES,
          'batch_too_large',
          'text_too_long',
        ]),
      },
    },
    async (request, reply): Promise<TextsResponse> => {
      const outcomes = await scoreTexts.score(request.body.texts, callerOf(request, reply));
      return textsResponse(outcomes, model.identity, request.id);
    },
  );
};
