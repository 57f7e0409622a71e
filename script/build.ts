/**
 * Bundles the service, its inference worker and the command-line tools into dist/.
 * Only onnxruntime-node stays outside: it loads a native library from its own folder.
 */
import { cpSync, existsSync } from 'node:fs';
import { build } from 'esbuild';

const outdir = 'dist';
await build({
  entryPoints: Object.fromEntries(
    Object.entries({
      main: 'service/main.ts',
      'inference-worker': 'service/inference/worker.ts',
      'cli/evaluate': 'cli/evaluate.ts',
    }).filter(([, path]) => existsSync(path)),
  ),
  outdir,
  bundle: true,
  splitting: true,
  platform: 'node',
  format: 'esm',
  target: 'node22',
  external: ['onnxruntime-node'],
  sourcemap: 'linked',
  logLevel: 'warning',
  // CommonJS dependencies ask for `require`, which an ES module does not have.
  banner: {
    js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
  },
});

// The page at /docs serves these files.
cpSync('node_modules/@fastify/swagger-ui/static', `${outdir}/swagger-ui`, { recursive: true });
