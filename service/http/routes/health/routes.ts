import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { PATHS } from '../../../contract/http.ts';
import type { Lifecycle, LifecycleState } from '../../../process/lifecycle.ts';
import { ref } from '../../schemas/shared.ts';
import { Health } from '../status/schemas.ts';

/** What the orchestrator and the load balancer ask. They are about this process only. */
export const healthRoutes: FastifyPluginAsyncTypebox<{ lifecycle: Lifecycle }> = async (
  app,
  { lifecycle },
) => {
  const probe = (
    path: string,
    operationId: string,
    summary: string,
    isWell: (state: LifecycleState) => boolean,
  ) =>
    app.get(
      path,
      {
        config: { health: true },
        schema: {
          operationId,
          tags: ['operation'],
          summary,
          response: {
            200: { description: 'Yes.', content: { 'application/json': { schema: ref(Health) } } },
            503: { description: 'No.', content: { 'application/json': { schema: ref(Health) } } },
          },
        },
      },
      async (_request, reply) =>
        reply.code(isWell(lifecycle.state) ? 200 : 503).send({ status: lifecycle.state }),
    );

  probe(
    PATHS.liveness,
    'getLiveness',
    'Whether the process works; if not, it must be replaced',
    isLive,
  );
  probe(
    PATHS.readiness,
    'getReadiness',
    'Whether the process takes new requests',
    (state) => state === 'ready',
  );
};

/** A starting or draining process does its work; one whose engine failed never will again. */
export function isLive(state: LifecycleState): boolean {
  return state !== 'failed';
}
