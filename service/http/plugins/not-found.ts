import { METHODS } from 'node:http';
import fp from 'fastify-plugin';
import findMyWay from 'find-my-way';
import { CallerError } from '../../domain/errors.ts';

/** CONNECT never reaches a router. */
const ROUTABLE_METHODS = METHODS.filter((method) => method !== 'CONNECT');

/** The methods of each route, by the pattern of its path. */
type Methods = Map<string, Set<string>>;

/**
 * Answers unknown paths with 404 and other methods of known paths with 405, before reading the
 * body. Register it before the routes.
 */
export const notFound = fp(
  async (app) => {
    for (const method of ROUTABLE_METHODS) {
      if (!app.supportedMethods.includes(method)) app.addHttpMethod(method);
    }
    const methods: Methods = new Map();
    app.addHook('onRoute', ({ url, method }) => {
      methods.set(url, new Set([...(methods.get(url) ?? []), ...[method].flat()]));
    });
    let paths: ReturnType<typeof routerOf> | undefined;
    app.addHook('onRequest', (request, reply, done) => {
      if (!request.is404) {
        done();
        return;
      }
      // Made when it is first needed: a route of Fastify for every other method of every path would
      // take a tenth of the start.
      paths ??= routerOf(methods);
      const allow: unknown = paths.find('GET', request.url)?.store;
      if (typeof allow !== 'string') throw notFoundError();
      reply.header('allow', allow);
      throw new CallerError(
        'method_not_allowed',
        `Method ${request.method} is not allowed; use ${allow}.`,
      );
    });
    // For plugins that call `reply.callNotFound()`, such as @fastify/static.
    app.setNotFoundHandler(() => {
      throw notFoundError();
    });
  },
  { name: 'not-found', dependencies: ['error-handler'] },
);

/** Finds the value of the header Allow for a path, as Fastify finds its route. */
function routerOf(methods: Methods) {
  const router = findMyWay();
  for (const [url, allowed] of methods) {
    router.on('GET', url, () => undefined, [...allowed].sort().join(', '));
  }
  return router;
}

function notFoundError(): CallerError {
  return new CallerError('not_found', 'Nothing was found at this path; /docs lists the routes.');
}
