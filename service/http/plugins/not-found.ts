import { METHODS } from 'node:http';
import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import { CallerError } from '../../domain/errors.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** Call it after the last route is registered. */
    refuseOtherMethods(): void;
  }
}

/** CONNECT never reaches a router. */
const ROUTABLE_METHODS = METHODS.filter((method) => method !== 'CONNECT');

/**
 * Answers unknown paths with 404 and other methods of known paths with 405, before reading the
 * body. Register it before the routes.
 */
export const notFound = fp(
  async (app) => {
    for (const method of ROUTABLE_METHODS) {
      if (!app.supportedMethods.includes(method)) app.addHttpMethod(method);
    }
    const urls = new Set<string>();
    app.addHook('onRoute', ({ url }) => void urls.add(url));
    app.addHook('onRequest', (request, _reply, done) => {
      if (request.is404) throw notFoundError();
      done();
    });
    // For plugins that call `reply.callNotFound()`, such as @fastify/static.
    app.setNotFoundHandler(() => {
      throw notFoundError();
    });
    app.decorate('refuseOtherMethods', () => {
      for (const url of [...urls]) refuseOtherMethodsOf(url, app);
    });
  },
  { name: 'not-found', dependencies: ['error-handler'] },
);

function notFoundError(): CallerError {
  return new CallerError('not_found', 'Nothing was found at this path; /docs lists the routes.');
}

function refuseOtherMethodsOf(url: string, app: FastifyInstance): void {
  const answered = ROUTABLE_METHODS.filter((method) => app.hasRoute({ method, url }));
  const allow = answered.sort().join(', ');
  app.route({
    method: ROUTABLE_METHODS.filter((method) => !answered.includes(method)),
    url,
    schema: { hide: true },
    onRequest: async (request, reply) => {
      reply.header('allow', allow);
      throw new CallerError(
        'method_not_allowed',
        `Method ${request.method} is not allowed; use ${allow}.`,
      );
    },
    handler: async () => undefined,
  });
}
