import { METHODS } from 'node:http';
import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import { CallerError } from '../../domain/errors.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** Call it after the last route is there. */
    refuseOtherMethods(): void;
  }
}

/** CONNECT asks for a tunnel and never reaches a router. */
const ROUTABLE_METHODS = METHODS.filter((method) => method !== 'CONNECT');

/**
 * Answers unknown paths with 404 and other methods of known paths with 405, before the body is
 * read. Register it before the routes.
 */
export const notFound = fp(
  async (app) => {
    for (const method of ROUTABLE_METHODS) {
      if (!app.supportedMethods.includes(method)) app.addHttpMethod(method);
    }
    const urls = new Set<string>();
    app.addHook('onRoute', ({ url }) => void urls.add(url));
    app.addHook('onRequest', (request, _reply, done) => {
      if (request.is404) throw nothingHere();
      done();
    });
    // For handlers that find nothing themselves, as that of the files under /docs does.
    app.setNotFoundHandler(() => {
      throw nothingHere();
    });
    app.decorate('refuseOtherMethods', () => {
      for (const url of [...urls]) refuseOtherMethodsOf(url, app);
    });
  },
  { name: 'not-found', dependencies: ['error-handler'] },
);

function nothingHere(): CallerError {
  return new CallerError('not_found', 'There is nothing at this path.');
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
        `This path does not answer ${request.method}; it answers ${allow}.`,
      );
    },
    handler: async () => undefined,
  });
}
