import type { FastifyReply, onRequestHookHandler } from 'fastify';
import { OverloadedError } from '../domain/errors.ts';
import type { Lifecycle } from '../process/lifecycle.ts';

/** Asks clients of a draining process to reconnect, which leads them to another one. */
export function closeWhileDraining(reply: FastifyReply, lifecycle: Lifecycle): void {
  if (lifecycle.state === 'draining') reply.header('connection', 'close');
}

/** Rejects requests that need the model unless the process is ready. */
export function requireReady(lifecycle: Lifecycle): onRequestHookHandler {
  return (_request, _reply, done) => {
    if (!lifecycle.isReady) {
      throw new OverloadedError('This instance is not ready to score; send the request again.', {
        retryAfterSeconds: 1,
      });
    }
    done();
  };
}
