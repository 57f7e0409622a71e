import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { TextOutcome } from '../../../application/text-outcome.ts';
import type { AppDeps } from '../../app-deps.ts';
import { callerOf } from '../../caller.ts';
import { answers, BODY_CODES, INFERENCE_CODES } from '../../schemas/answers.ts';
import { callerSecurity } from '../../schemas/security.ts';
import { TextsQuery } from './explanation.ts';
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
          "Scores `texts` in one batch, or one `text`. Texts longer than the model's window are truncated, and marked as such, or refused with `truncate: false`. Texts in a language that the model does not read are marked, too, or refused with UNSUPPORTED_LANGUAGE=refuse. A failed item of `texts` has a problem in its place, and the call fails only for reasons that concern all texts, or if one of them is blank or longer than allowed. If a single `text` fails, the call fails.",
        security: callerSecurity(settings),
        querystring: TextsQuery,
        body: textsRequest(settings.limits),
        response: answers(TextsResponse, 'One result per text, in order.', [
          ...INFERENCE_CODES,
          ...BODY_CODES,
          'batch_too_large',
          'text_too_long',
          'empty_text',
          'unsupported_language',
          'text_too_long_for_model',
          'model_failed',
          'not_explainable',
        ]),
      },
    },
    async (request, reply): Promise<TextsResponse> => {
      const { text, texts, truncate } = request.body;
      const asked = text === undefined ? (texts ?? []) : [text];
      const caller = callerOf(request, reply);
      const outcomes =
        request.query.explain === 'words'
          ? await scoreTexts.explain(asked, caller, { truncate })
          : await scoreTexts.score(asked, caller, { truncate });
      if (text !== undefined) requireScored(outcomes);
      return textsResponse(outcomes, model, request.id);
    },
  );
};

/** @throws ServiceError the failure of a text, as that of the call */
function requireScored(outcomes: readonly TextOutcome[]): void {
  for (const outcome of outcomes) if (outcome.status === 'error') throw outcome.error;
}
