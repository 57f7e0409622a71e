import fp from 'fastify-plugin';
import { CallerError } from '../../domain/errors.ts';

/** Compressed bodies are not read: the limit of a body would say nothing of its size. */
export const plainBodies = fp(
  async (app) => {
    app.addHook('preParsing', ({ headers, routeOptions }, _reply, _payload, done) => {
      const readsBody = routeOptions.schema?.body !== undefined;
      const encoding = headers['content-encoding'] ?? 'identity';
      if (readsBody && encoding.toLowerCase() !== 'identity') {
        throw new CallerError(
          'unsupported_media_type',
          'Bodies are read uncompressed; send no content-encoding.',
        );
      }
      done();
    });
  },
  { name: 'plain-bodies' },
);
