import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { PATHS } from '../../../contract/http.ts';
import type { Lifecycle } from '../../../process/lifecycle.ts';
import { ref } from '../../schemas/shared.ts';
import { Health } from './schemas.ts';

const content = { 'application/json': { schema: ref(Health) } };
const response = {
  200: { description: 'Passed.', content },
  503: { description: 'Failed.', content },
};

/** Health checks of orchestrators and load balancers. They concern only this process. */
export const healthRoutes: FastifyPluginAsyncTypebox<{ lifecycle: Lifecycle }> = async (
  app,
  { lifecycle },
) => {
  const config = { health: true } as const;
  const tags = ['operation'];
  app.get(
    PATHS.liveness,
    {
      config,
      schema: {
        operationId: 'getLiveness',
        tags,
        summary: 'Liveness; a process that is not live must be replaced',
        response,
      },
    },
    async (_request, reply) =>
      reply.code(lifecycle.isLive ? 200 : 503).send({ status: lifecycle.state }),
  );
  app.get(
    PATHS.readiness,
    {
      config,
      schema: {
        operationId: 'getReadiness',
        tags,
        summary: 'Readiness to take requests',
        response,
      },
    },
    async (_request, reply) =>
      reply.code(lifecycle.isReady ? 200 : 503).send({ status: lifecycle.state }),
  );
};
