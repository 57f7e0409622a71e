import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { PATHS } from '../../../contract/http.ts';
import type { AppDeps } from '../../app-deps.ts';
import { API_CODES, answers } from '../../schemas/answers.ts';
import { NoQuery } from '../../schemas/shared.ts';
import { statusOf } from './presenter.ts';
import { Status } from './schemas.ts';

/** State of this instance, for operators and the page. */
export const statusRoutes: FastifyPluginAsyncTypebox<AppDeps> = async (app, deps) => {
  app.get(
    PATHS.status,
    {
      schema: {
        operationId: 'getStatus',
        tags: ['operation'],
        summary: 'State of this instance, with counts since its start',
        querystring: NoQuery,
        response: answers(Status, 'The state.', API_CODES),
      },
    },
    async () => statusOf(deps),
  );
};
