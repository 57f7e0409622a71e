import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { AppDeps } from '../../app-deps.ts';
import { callerOf } from '../../caller.ts';
import { expectNoBody } from '../../no-body.ts';
import { requireReady } from '../../readiness.ts';
import { checkedCursor } from '../../scan-cursor.ts';
import { answers, INFERENCE_CODES } from '../../schemas/answers.ts';
import { ADMIN_DETAILS } from '../../schemas/problem-examples.ts';
import { ADMIN_SECURITY } from '../../schemas/security.ts';
import { RescoreQuery, RescoreResponse } from './schemas.ts';

const FIRST_PAGE = '0';

/** Scores stored tweets with the current model. */
export const rescoreRoutes: FastifyPluginAsyncTypebox<AppDeps> = async (
  app,
  { rescore, lifecycle, model },
) => {
  app.post(
    '/v1/admin/features/rescore',
    {
      onRequest: requireReady(lifecycle),
      schema: {
        tags: ['admin'],
        security: ADMIN_SECURITY,
        operationId: 'rescoreTweets',
        summary: 'Score stored tweets with the current model',
        description:
          'Scores the stored tweets that count with a score of another model revision, from their stored texts, one page at a time. Paginated: repeat with `nextCursor` until it is null. A page may be repeated.',
        querystring: RescoreQuery,
        response: answers(
          RescoreResponse,
          'Outcome for the tweets of this page.',
          [...INFERENCE_CODES, 'feature_store_unavailable'],
          ADMIN_DETAILS,
        ),
      },
    },
    async (request, reply): Promise<RescoreResponse> => {
      expectNoBody(request.body);
      const { cursor = FIRST_PAGE, dryRun } = request.query;
      const caller = callerOf(request, reply);
      const page = await rescore.page(checkedCursor(cursor), dryRun === 'true', caller);
      const { name, revision } = model.identity;
      return { ...page, model: { name, revision } };
    },
  );
};
