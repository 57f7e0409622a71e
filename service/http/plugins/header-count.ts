import fp from 'fastify-plugin';
import { CallerError } from '../../domain/errors.ts';
import { MAX_HEADERS } from '../connections/http-server.ts';

/** Refuses requests with more headers than are read. Node 22 drops the others; 24 refuses them itself. */
export const headerCount = fp(
  async (app) => {
    app.addHook('onRequest', ({ raw }, _reply, done) => {
      // Names and values in turn.
      if (raw.rawHeaders.length > 2 * MAX_HEADERS) {
        throw new CallerError(
          'headers_too_large',
          `The request has more than ${MAX_HEADERS} headers; leave some out.`,
        );
      }
      done();
    });
  },
  { name: 'header-count', dependencies: ['error-handler'] },
);
