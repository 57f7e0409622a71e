import { METHODS } from 'node:http';
import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import { InvalidRequestError } from '../../errors.ts';

/** CONNECT asks for a tunnel and never reaches a router. */
const ROUTABLE_METHODS = METHODS.filter((method) => method !== 'CONNECT');

/**
 * Answers unknown paths with 404 and unknown methods of known paths with 405, before anything
 * is read of the body. Register it before the routes, and call `refuseOtherMethods` after them.
 */
export const notFound = fp(
  async (app) => {
    const methodsByUrl = new Map<string, Set<string>>();
    for (const method of ROUTABLE_METHODS) {
      if (!app.supportedMethods.includes(method)) app.addHttpMethod(method);
    }
    app.addHook('onRoute', ({ url, method }) => {
      const methods = methodsByUrl.get(url) ?? new Set();
      for (const name of [method].flat()) methods.add(name);
      methodsByUrl.set(url, methods);
    });
    app.addHook('onRequest', async (request) => {
      if (request.is404) throw new InvalidRequestError('not_found', 'There is nothing at this path.');
    });
    app.decorate('refuseOtherMethods', () => refuseOtherMethods(app, methodsByUrl));
  },
  { name: 'not-found', dependencies: ['request-trace'] },
);

function refuseOtherMethods(
  app: FastifyInstance,
  methodsByUrl: ReadonlyMap<string, ReadonlySet<string>>,
): void {
  for (const [url, methods] of [...methodsByUrl]) {
    const allowed = [...methods].sort().join(', ');
    app.route({
      method: ROUTABLE_METHODS.filter((method) => !methods.has(method)),
      url,
      schema: { hide: true },
      onRequest: async (request, reply) => {
        reply.header('allow', allowed);
        throw new InvalidRequestError(
          'method_not_allowed',
          `This path does not answer ${request.method}; it answers ${allowed}.`,
        );
      },
      handler: async () => undefined,
    });
  }
}

declare module 'fastify' {
  interface FastifyInstance {
    refuseOtherMethods(): void;
  }
}
