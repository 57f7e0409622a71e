/**
 * Bundles the service, its inference worker and the page into dist/. Packages that load a native
 * library from their own folder stay outside.
 */
import { cpSync } from 'node:fs';
import { resolve } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { buildPage } from './lib/build-page.ts';

const outdir = 'dist';

/**
 * Transformers.js imports onnxruntime-node beside its tokenizers. Sessions live in worker
 * threads: the main thread shall not load the native library, so that import gets a stub.
 */
const tokenizersWithoutRuntime: Plugin = {
  name: 'tokenizers-without-runtime',
  setup({ onResolve }) {
    onResolve({ filter: /^onnxruntime-node$/ }, ({ importer }) =>
      importer.includes('@xenova') ? { path: resolve('stubs/onnxruntime-web/index.js') } : null,
    );
  },
};

await build({
  entryPoints: {
    main: 'service/main.ts',
    'inference-worker': 'service/inference/workers/worker-thread.ts',
  },
  outdir,
  bundle: true,
  splitting: true,
  platform: 'node',
  format: 'esm',
  target: 'node22',
  plugins: [tokenizersWithoutRuntime],
  external: ['onnxruntime-node'],
  sourcemap: 'linked',
  logLevel: 'warning',
  // CommonJS dependencies ask for `require`, which an ES module does not have.
  banner: {
    js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
  },
});

// The Redis store reads its scripts from here.
cpSync('service/feature-store/redis/lua', `${outdir}/lua`, {
  recursive: true,
  filter: (path) => !path.endsWith('.md'),
});

// The page at /docs serves these files.
cpSync('node_modules/@fastify/swagger-ui/static', `${outdir}/swagger-ui`, { recursive: true });

await buildPage('service/web', `${outdir}/web`);
