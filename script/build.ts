/**
 * Bundles the service, its inference worker, the program of a bulk task and the page into dist/.
 * Packages that load a native library from their own folder stay outside. A build that makes the
 * same files leaves dist/ alone.
 */
import { cpSync } from 'node:fs';
import { build } from 'esbuild';
import { buildPage } from './lib/build-page.ts';
import { bundleOptions } from './lib/bundle-options.ts';
import { replaceFolder } from './lib/replace-folder.ts';

await replaceFolder('dist', async (outdir) => {
  await build(bundleOptions(outdir));

  // The Redis store reads its scripts from here.
  cpSync('service/feature-store/redis/lua', `${outdir}/lua`, {
    recursive: true,
    filter: (path) => !path.endsWith('.md'),
  });

  // The page at /docs serves these files.
  cpSync('node_modules/@fastify/swagger-ui/static', `${outdir}/swagger-ui`, { recursive: true });

  await buildPage('service/web', `${outdir}/web`);
});
