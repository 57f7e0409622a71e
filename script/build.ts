/**
 * Bundles the service, its inference worker, the page and the command-line tools into dist/; with
 * --service-only, as for the container, leaves the tools out.
 * What loads a native library from its own folder stays outside.
 */
import { cpSync } from 'node:fs';
import { resolve } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { buildPage } from './lib/build-page.ts';

const outdir = 'dist';
const tools = {
  'cli/compliance': 'cli/compliance.ts',
  'cli/evaluate': 'cli/evaluate.ts',
  'cli/features': 'cli/features.ts',
  'cli/models': 'cli/models.ts',
  'cli/populate': 'cli/populate.ts',
};

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
    ...(process.argv.includes('--service-only') ? {} : tools),
  },
  outdir,
  bundle: true,
  splitting: true,
  platform: 'node',
  format: 'esm',
  target: 'node22',
  plugins: [tokenizersWithoutRuntime],
  external: ['onnxruntime-node', '@duckdb/node-api'],
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
