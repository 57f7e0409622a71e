import type { FastifyReply } from 'fastify';
import fp from 'fastify-plugin';
import { ShuttingDownError } from '../../domain/errors.ts';
import type { Lifecycle } from '../../process/lifecycle.ts';

/** Asks clients of a draining process to reconnect, which leads them to another one. */
export function closeWhileDraining(reply: FastifyReply, lifecycle: Lifecycle): void {
  if (lifecycle.state === 'draining') reply.header('connection', 'close');
}

/** Rejects new requests of a draining process, except health checks. */
export const draining = fp<{ lifecycle: Lifecycle }>(
  async (app, { lifecycle }) => {
    app.addHook('onRequest', (request, _reply, done) => {
      if (lifecycle.state === 'draining' && !request.routeOptions.config?.health) {
        throw new ShuttingDownError();
      }
      done();
    });
    app.addHook('onSend', (_request, reply, _payload, done) => {
      closeWhileDraining(reply, lifecycle);
      done();
    });
  },
  { name: 'draining', dependencies: ['request-trace'] },
);
