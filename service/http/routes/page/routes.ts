import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Negotiator from 'negotiator';
import type { AppDeps } from '../../app-deps.ts';
import { answers } from '../../schemas/answers.ts';
import { Html, Identity } from './schemas.ts';

/** No foreign content, no inline scripts, no framing. */
const PAGE_POLICY = {
  useDefaults: false,
  directives: {
    defaultSrc: "'none'",
    baseUri: "'none'",
    connectSrc: "'self'",
    formAction: "'none'",
    frameAncestors: "'none'",
    imgSrc: "'self'",
    requireTrustedTypesFor: "'script'",
    scriptSrc: "'self'",
    styleSrc: "'self'",
    trustedTypes: "'none'",
  },
};

const ONE_YEAR_MS = 365 * 86_400_000;

/** Of the content, in the name of a file. */
const HASH = /-[0-9A-Z]{8}\./;

/** Served in place of the file beside them. */
const COMPRESSED = /\.(br|gz)$/;

const IDENTITY = answers(
  Identity,
  'Name and version, or the page for clients that prefer text/html.',
  ['rate_limited', 'shutting_down'],
);

/**
 * The page for browsers or the service's name for programs at `/`, and the page's files under
 * /assets/, with content hashes in their names.
 */
export const pageRoutes: FastifyPluginAsyncTypebox<Pick<AppDeps, 'info' | 'settings'>> = async (
  app,
  { info, settings: { pageDir } },
) => {
  const root = join(pageDir, 'assets');
  await app.register(fastifyStatic, {
    root,
    serve: false,
    preCompressed: true,
    immutable: true,
    maxAge: ONE_YEAR_MS,
  });
  // One route per file, so that other paths get the common 404.
  for (const file of await readdir(root)) {
    if (COMPRESSED.test(file)) continue;
    app.get(`/assets/${file}`, { schema: { hide: true } }, (_request, reply) => {
      reply.sendFile(file);
    });
    // During a release, the page may come from a process of one version, its files from another.
    const ofAnyRelease = file.replace(HASH, '-:hash(^[0-9A-Z]{8}$).');
    app.get(`/assets/${ofAnyRelease}`, { schema: { hide: true } }, (_request, reply) => {
      reply.header('cache-control', 'no-store').sendFile(file, { cacheControl: false });
    });
  }

  // One buffer, which all answers share while clients read them.
  const html = await readFile(join(pageDir, 'index.html'));
  // By content: in a container image all files have the same time.
  const etag = `"${createHash('sha256').update(html).digest('base64url')}"`;

  app.get(
    '/',
    {
      helmet: { contentSecurityPolicy: PAGE_POLICY },
      schema: {
        operationId: 'getIdentity',
        tags: ['operation'],
        summary: 'The page, or name and version',
        response: {
          ...IDENTITY,
          200: {
            ...IDENTITY[200],
            content: { ...IDENTITY[200].content, 'text/html': { schema: Html } },
          },
        },
      },
    },
    async (request, reply) => {
      reply.header('vary', 'Accept');
      if (!prefersHtml(request.headers)) return { name: info.name, version: info.version };
      // Revalidated on each load, with 304 while it is unchanged.
      reply.headers({ etag, 'cache-control': 'no-cache' }).type('text/html; charset=utf-8');
      // A proxy may have weakened the tag, and a client may send several.
      if (!request.headers['if-none-match']?.includes(etag)) return html;
      reply.raw.statusCode = 304;
      return '';
    },
  );
};

/** Browsers ask for text/html; a client that accepts anything gets JSON. */
function prefersHtml(headers: Negotiator.Headers): boolean {
  return new Negotiator({ headers }).mediaType(['application/json', 'text/html']) === 'text/html';
}
