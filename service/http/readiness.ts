import type { onRequestHookHandler } from 'fastify';
import { OverloadedError } from '../domain/errors.ts';
import type { Lifecycle } from '../process/lifecycle.ts';

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
