import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { TSchema } from 'typebox';
import type { AppDeps } from '../../app-deps.ts';
import { openInferenceFailures } from '../../schemas/answers.ts';
import { ref } from '../../schemas/shared.ts';
import { modelPaths, requireModel } from './model.ts';
import { ModelReady, ServerLive, ServerReady } from './schemas.ts';

const tags = ['open-inference'];

/** Health checks of the protocol; orchestrators may use them instead of /livez and /readyz. */
export const openInferenceHealthRoutes: FastifyPluginAsyncTypebox<AppDeps> = async (
  app,
  { lifecycle, model },
) => {
  app.get(
    '/v2/health/live',
    {
      config: { health: true },
      schema: {
        operationId: 'getServerLive',
        tags,
        summary: 'Liveness of the server',
        response: probeAnswers(ServerLive),
      },
    },
    async (_request, reply) => {
      const { isLive: live } = lifecycle;
      return reply.code(live ? 200 : 503).send({ live });
    },
  );
  app.get(
    '/v2/health/ready',
    {
      config: { health: true },
      schema: {
        operationId: 'getServerReady',
        tags,
        summary: 'Readiness of the server',
        response: probeAnswers(ServerReady),
      },
    },
    async (_request, reply) => {
      const { isLive: live, isReady: ready } = lifecycle;
      return reply.code(ready ? 200 : 503).send({ live, ready });
    },
  );
  for (const { path, params, suffix } of modelPaths(model.identity)) {
    app.get(
      `${path}/ready`,
      {
        config: { health: true },
        schema: {
          operationId: `getModel${suffix}Ready`,
          tags,
          summary: 'Readiness of the model',
          params,
          response: {
            ...probeAnswers(ModelReady),
            ...openInferenceFailures('not_found', 'parameter_too_long'),
          },
        },
      },
      async (request, reply) => {
        requireModel(request.params, model.identity);
        const { isReady: ready } = lifecycle;
        return reply.code(ready ? 200 : 503).send({ name: model.identity.name, ready });
      },
    );
  }
};

function probeAnswers<T extends TSchema>(schema: T) {
  const content = { 'application/json': { schema: ref(schema) } };
  return { 200: { description: 'Passed.', content }, 503: { description: 'Failed.', content } };
}
