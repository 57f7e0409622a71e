import type { FastifyReply } from 'fastify';
import fp from 'fastify-plugin';

const METHODS = 'GET, HEAD, POST, DELETE';

/** Headers that scripts may send. */
const REQUEST_HEADERS = [
  'authorization',
  'content-type',
  'inference-header-content-length',
  'traceparent',
  'tracestate',
  'x-api-key',
  'x-request-id',
].join(', ');

/** Headers that scripts may read, besides those that the Fetch standard lists. */
const EXPOSED_HEADERS = [
  'inference-header-content-length',
  'retry-after',
  'server-timing',
  'x-process-time',
  'x-ratelimit-limit',
  'x-ratelimit-remaining',
  'x-ratelimit-reset',
  'x-request-id',
].join(', ');

/** Time for which browsers keep the answer to a preflight; Chromium keeps none for longer. */
const MAX_AGE_SECONDS = 7_200;

/**
 * Lets scripts of pages from other origins call the API (CORS). Credentials of the browser, such as
 * cookies, are not allowed: the API has none.
 */
export const cors = fp<{ origins: readonly string[] }>(
  async (app, { origins }) => {
    const allowed = new Set(origins);
    app.addHook('onRequest', async (request, reply) => {
      const { origin } = request.headers;
      if (origin === undefined || !allowed.has(origin)) return;
      reply.header('access-control-allow-origin', origin);
      if (request.method !== 'OPTIONS' || !request.headers['access-control-request-method']) {
        reply.header('access-control-expose-headers', EXPOSED_HEADERS);
        return;
      }
      reply.headers({
        'access-control-allow-methods': METHODS,
        'access-control-allow-headers': REQUEST_HEADERS,
        'access-control-max-age': MAX_AGE_SECONDS,
      });
      return reply.code(204).send();
    });
    app.addHook('onSend', (_request, reply, _payload, done) => {
      varyByOrigin(reply);
      done();
    });
  },
  { name: 'cors', dependencies: ['request-trace'] },
);

/** Keeps caches from giving the answer for one origin to another. */
function varyByOrigin(reply: FastifyReply): void {
  const others = reply.getHeader('vary');
  reply.header('vary', others === undefined ? 'Origin' : `${others}, Origin`);
}
