import fp from 'fastify-plugin';

const ONE_YEAR_SECONDS = 365 * 86_400;

/**
 * Tells browsers to use TLS only (RFC 6797), in answers to requests that reached a trusted proxy
 * over TLS.
 */
export const strictTransport = fp(
  async (app) => {
    app.addHook('onSend', (request, reply, _payload, done) => {
      if (request.protocol === 'https') {
        reply.header('strict-transport-security', `max-age=${ONE_YEAR_SECONDS}`);
      }
      done();
    });
  },
  { name: 'strict-transport' },
);
