import fp from 'fastify-plugin';
import { CallerError } from '../../domain/errors.ts';

/** Rejects compressed bodies: the body limit would not bound their decompressed size. */
export const plainBodies = fp(
  async (app) => {
    app.addHook('preParsing', ({ headers, routeOptions }, _reply, _payload, done) => {
      const readsBody = routeOptions.schema?.body !== undefined;
      const encoding = headers['content-encoding'] ?? 'identity';
      if (readsBody && encoding.toLowerCase() !== 'identity') {
        throw new CallerError(
          'unsupported_media_type',
          'The body must be uncompressed; send no content-encoding.',
        );
      }
      done();
    });
  },
  { name: 'plain-bodies' },
);
