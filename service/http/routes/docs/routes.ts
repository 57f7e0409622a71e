import { readdir, readFile } from 'node:fs/promises';
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
export const docsRoutes: FastifyPluginAsync<
  Pick<HttpSettings, 'swaggerUiDir' | 'pageDir'>
> = async (app, { swaggerUiDir, pageDir }) => {
  const icon = { type: 'image/svg+xml', content: await readIcon(pageDir) };
  await app.register(swaggerUi, {
    routePrefix: PATHS.docs,
    baseDir: swaggerUiDir,
    // Without the bar for the address of another document.
    uiConfig: { layout: 'BaseLayout' },
    theme: {
      title: 'Tweet sentiment API',
      favicon: [{ ...icon, filename: 'icon.svg', rel: 'icon', sizes: 'any' }],
    },
    // Given so that the plugin does not read its own, relative to its source, which is bundled.
    logo: icon,
    staticCSP: CONTENT_SECURITY_POLICY,
  });

  // One buffer, which all answers share while clients read them.
  let document: Buffer | undefined;
  app.get(PATHS.openapi, { schema: { hide: true } }, async (_request, reply) => {
    document ??= Buffer.from(JSON.stringify(app.swagger()));
    return reply.type('application/json; charset=utf-8').send(document);
  });
};

/** The icon of the page, which has a hash in its name. */
async function readIcon(pageDir: string): Promise<Buffer> {
  const assets = join(pageDir, 'assets');
  const name = (await readdir(assets)).find((file) => /^icon-.*\.svg$/.test(file));
  if (name === undefined) throw new Error(`no icon in ${assets}; run npm run build`);
  return readFile(join(assets, name));
}
