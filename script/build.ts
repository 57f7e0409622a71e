/**
 * Bundles the service, its inference worker and the page into dist/. Packages that load a native
 * library from their own folder stay outside.
 */
import { cpSync } from 'node:fs';
import { build } from 'esbuild';
import { buildPage } from './lib/build-page.ts';
import { bundleOptions } from './lib/bundle-options.ts';

const OUTDIR = 'dist';

await build(bundleOptions(OUTDIR));

// The Redis store reads its scripts from here.
cpSync('service/feature-store/redis/lua', `${OUTDIR}/lua`, {
  recursive: true,
  filter: (path) => !path.endsWith('.md'),
});

// The page at /docs serves these files.
cpSync('node_modules/@fastify/swagger-ui/static', `${OUTDIR}/swagger-ui`, { recursive: true });

await buildPage('service/web', `${OUTDIR}/web`);
