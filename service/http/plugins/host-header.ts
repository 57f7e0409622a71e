import fp from 'fastify-plugin';
import { CallerError } from '../../domain/errors.ts';

/**
 * Requires one Host header in HTTP/1.1 (RFC 9112, 3.2). Node's own check is off, because it would
 * answer without a problem document.
 */
export const hostHeader = fp(
  async (app) => {
    app.addHook('onRequest', ({ raw }, _reply, done) => {
      if (raw.headers.host === undefined && raw.httpVersion === '1.1') {
        throw new CallerError('invalid_request', 'The request has no Host header.');
      }
      if (countOf('host', raw.rawHeaders) > 1) {
        throw new CallerError('invalid_request', 'The request has more than one Host header.');
      }
      done();
    });
  },
  { name: 'host-header', dependencies: ['request-trace'] },
);

/** Counts a header in a list of alternating names and values. */
function countOf(name: string, rawHeaders: readonly string[]): number {
  let count = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    if (rawHeaders[index]?.toLowerCase() === name) count += 1;
  }
  return count;
}
