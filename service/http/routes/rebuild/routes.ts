import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { AppDeps } from '../../app-deps.ts';
import { expectNoBody } from '../../no-body.ts';
import { checkedCursor } from '../../scan-cursor.ts';
import { answers, FEATURE_CODES } from '../../schemas/answers.ts';
import { ADMIN_DETAILS } from '../../schemas/problem-examples.ts';
import { ADMIN_SECURITY } from '../../schemas/security.ts';
import { RebuildQuery, RebuildResponse } from './schemas.ts';

const FIRST_PAGE = 't0';

/** Mends aggregates that the feature store has lost. */
export const rebuildRoutes: FastifyPluginAsyncTypebox<AppDeps> = async (app, { rebuild }) => {
  app.post(
    '/v1/admin/features/rebuild',
    {
      schema: {
        tags: ['admin'],
        security: ADMIN_SECURITY,
        operationId: 'rebuildFeatures',
        summary: 'Rebuild aggregates',
        description:
          'Compares the aggregates of users and topics with the stored tweets, one page at a time, and repairs differences. Paginated: repeat with `nextCursor` until it is null. A page may be repeated.',
        querystring: RebuildQuery,
        response: answers(
          RebuildResponse,
          'Differences on this page.',
          FEATURE_CODES,
          ADMIN_DETAILS,
        ),
      },
    },
    async ({ body, query: { cursor = FIRST_PAGE, dryRun } }): Promise<RebuildResponse> => {
      expectNoBody(body);
      const page = await rebuild.page(checkedCursor(cursor), dryRun === 'true');
      return { ...page, purged: page.purged.length };
    },
  );
};
