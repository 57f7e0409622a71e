import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyPluginAsync } from 'fastify';
import { PATHS } from '../../../contract/http.ts';
import type { HttpSettings } from '../../app-deps.ts';

/** No inline scripts, no foreign content; the inline styles and images are Swagger UI's. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "base-uri 'none'",
  "connect-src 'self'",
  "font-src 'self'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "img-src 'self' data:",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
].join('; ');

/** The OpenAPI document at /openapi.json, and Swagger UI at /docs. */
export const docsRoutes: FastifyPluginAsync<Pick<HttpSettings, 'swaggerUiDir'>> = async (
  app,
  { swaggerUiDir },
) => {
  // Explicit: the plugin's default is relative to its own source, which is bundled.
  const logoFile = join(swaggerUiDir, 'logo.svg');
  await app.register(swaggerUi, {
    routePrefix: PATHS.docs,
    baseDir: swaggerUiDir,
    logo: { type: 'image/svg+xml', content: await readFile(logoFile) },
    staticCSP: CONTENT_SECURITY_POLICY,
  });

  // One buffer, which all answers share while clients read them.
  let document: Buffer | undefined;
  app.get(PATHS.openapi, { schema: { hide: true } }, async (_request, reply) => {
    document ??= Buffer.from(JSON.stringify(app.swagger()));
    return reply.type('application/json; charset=utf-8').send(document);
  });
};
