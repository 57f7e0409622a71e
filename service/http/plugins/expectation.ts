import fp from 'fastify-plugin';
import { CallerError } from '../../domain/errors.ts';

/**
 * Refuses expectations other than `100-continue` (RFC 9110, 10.1.1). The body reader sends 100 once
 * the head of the request is accepted.
 */
export const expectation = fp(
  async (app) => {
    app.addHook('onRequest', ({ headers }, _reply, done) => {
      if (headers.expect !== undefined && headers.expect.toLowerCase() !== '100-continue') {
        throw new CallerError(
          'expectation_failed',
          'The only supported expectation is "Expect: 100-continue"; leave the header out.',
        );
      }
      done();
    });
  },
  { name: 'expectation', dependencies: ['error-handler'] },
);
