import fp from 'fastify-plugin';
import { CallerError } from '../../domain/errors.ts';

/**
 * HTTP/1.1 wants a Host header (RFC 9112, 3.2). Node would refuse its absence with an empty
 * answer; the server is told not to, so that this one is a problem document.
 */
export const hostHeader = fp(
  async (app) => {
    app.addHook('onRequest', ({ raw }, _reply, done) => {
      if (raw.headers.host === undefined && raw.httpVersion === '1.1') {
        throw new CallerError('invalid_request', 'The request has no Host header.');
      }
      done();
    });
  },
  { name: 'host-header', dependencies: ['request-trace'] },
);
