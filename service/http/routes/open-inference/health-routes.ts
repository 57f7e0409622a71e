import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { TSchema } from 'typebox';
import type { AppDeps } from '../../app-deps.ts';
import { openInferenceFailures } from '../../schemas/problem.ts';
import { ref } from '../../schemas/shared.ts';
import { isLive } from '../health/routes.ts';
import { MODEL_PATHS, requireModel } from './model.ts';
import { ModelReady, ServerLive, ServerReady } from './schemas.ts';

const tags = ['open-inference'];

/** Probes of the protocol; an orchestrator may use them in place of /livez and /readyz. */
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
        summary: 'Whether the server works',
        response: probeAnswers(ServerLive),
      },
    },
    async (_request, reply) => {
      const live = isLive(lifecycle.state);
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
        summary: 'Whether the server takes requests',
        response: probeAnswers(ServerReady),
      },
    },
    async (_request, reply) => {
      const ready = lifecycle.state === 'ready';
      return reply.code(ready ? 200 : 503).send({ live: isLive(lifecycle.state), ready });
    },
  );
  for (const { path, params, suffix } of MODEL_PATHS) {
    app.get(
      `${path}/ready`,
      {
        config: { health: true },
        schema: {
          operationId: `getModel${suffix}Ready`,
          tags,
          summary: 'Whether the model takes requests',
          params,
          response: {
            ...probeAnswers(ModelReady),
            ...openInferenceFailures('not_found', 'parameter_too_long'),
          },
        },
      },
      async (request, reply) => {
        requireModel(request.params, model.identity);
        const ready = lifecycle.state === 'ready';
        return reply.code(ready ? 200 : 503).send({ name: model.identity.name, ready });
      },
    );
  }
};

function probeAnswers<T extends TSchema>(schema: T) {
  const content = { 'application/json': { schema: ref(schema) } };
  return { 200: { description: 'Yes.', content }, 503: { description: 'No.', content } };
}
