import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Negotiator from 'negotiator';
import { Type } from 'typebox';
import type { AppDeps } from '../../app-deps.ts';
import { answers } from '../../schemas/answers.ts';
import { Identity } from './schemas.ts';

/** No foreign content, no inline scripts, no framing. */
const PAGE_HEADERS = {
  'content-security-policy': [
    "default-src 'none'",
    "base-uri 'none'",
    "connect-src 'self'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "img-src 'self'",
    "require-trusted-types-for 'script'",
    "script-src 'self'",
    "style-src 'self'",
    "trusted-types 'none'",
  ].join('; '),
  'cross-origin-opener-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  vary: 'Accept',
  // Revalidated on each load, with 304 while it is unchanged.
  'cache-control': 'no-cache',
};

const ONE_YEAR_MS = 365 * 86_400_000;

const IDENTITY = answers(
  Identity,
  'Name and version, or the page for clients that prefer text/html.',
  ['shutting_down'],
);

/**
 * The page for browsers or the service's name for programs at `/`, and the page's files under
 * /assets/, with content hashes in their names.
 */
export const pageRoutes: FastifyPluginAsyncTypebox<Pick<AppDeps, 'info' | 'settings'>> = async (
  app,
  { info, settings: { pageDir } },
) => {
  await app.register(fastifyStatic, {
    root: join(pageDir, 'assets'),
    prefix: '/assets/',
    decorateReply: false,
    // One route per file, so that other paths get the common 404.
    wildcard: false,
    globIgnore: ['**/*.{br,gz}'],
    index: false,
    preCompressed: true,
    immutable: true,
    maxAge: ONE_YEAR_MS,
  });

  const html = await readFile(join(pageDir, 'index.html'), 'utf8');
  // By content: in a container image all files have the same time.
  const etag = `"${createHash('sha256').update(html).digest('base64url')}"`;

  app.get(
    '/',
    {
      schema: {
        operationId: 'getIdentity',
        tags: ['operation'],
        summary: 'The page, or name and version',
        response: {
          ...IDENTITY,
          200: {
            ...IDENTITY[200],
            content: { ...IDENTITY[200].content, 'text/html': { schema: Type.String() } },
          },
        },
      },
    },
    async (request, reply) => {
      if (!prefersHtml(request.headers)) {
        reply.header('vary', 'Accept');
        return { name: info.name, version: info.version };
      }
      reply.headers({ ...PAGE_HEADERS, etag, 'content-type': 'text/html; charset=utf-8' });
      if (request.headers['if-none-match'] !== etag) return html;
      reply.raw.statusCode = 304;
      return '';
    },
  );
};

/** Browsers ask for text/html; a client that accepts anything gets JSON. */
function prefersHtml(headers: Negotiator.Headers): boolean {
  return new Negotiator({ headers }).mediaType(['application/json', 'text/html']) === 'text/html';
}
