import type { FastifyReply, onRequestHookHandler } from 'fastify';
import fp from 'fastify-plugin';
import { OverloadedError, ShuttingDownError } from '../../domain/errors.ts';
import type { Lifecycle } from '../../process/lifecycle.ts';

/** While the process drains: refuses new requests, and asks every client to connect elsewhere. */
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

export function closeWhileDraining(reply: FastifyReply, lifecycle: Lifecycle): void {
  if (lifecycle.state === 'draining') reply.header('connection', 'close');
}

/** Refuses work that needs the model until the process is ready, and after it has failed. */
export function requireReady(lifecycle: Lifecycle): onRequestHookHandler {
  return (_request, _reply, done) => {
    if (lifecycle.state !== 'ready') {
      throw new OverloadedError('This instance is not ready to score; send the request again.', {
        retryAfterSeconds: 1,
      });
    }
    done();
  };
}
