import { resolve } from 'node:path';
import type { BuildOptions, Plugin } from 'esbuild';
import { languageDataAsJson } from './language-data.ts';

/**
 * Transformers.js imports onnxruntime-node beside its tokenizers. Sessions live in worker
 * threads: the main thread must not load the native library, so that import gets a stub.
 */
const tokenizersWithoutRuntime: Plugin = {
  name: 'tokenizers-without-runtime',
  setup({ onResolve }) {
    onResolve({ filter: /^onnxruntime-node$/ }, ({ importer }) =>
      importer.includes('@xenova') ? { path: resolve('stubs/onnxruntime-web/index.js') } : null,
    );
  },
};

/**
 * Options of esbuild for the service, its inference worker and the program of a bulk task. Packages
 * that load a native library from their own folder stay outside.
 */
export function bundleOptions(outdir: string): BuildOptions {
  return {
    entryPoints: {
      main: 'service/main.ts',
      'inference-worker': 'service/inference/workers/worker-thread.ts',
      'score-object': 'cli/bulk/child/score-object.ts',
    },
    outdir,
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    target: 'node22',
    plugins: [tokenizersWithoutRuntime, languageDataAsJson],
    external: ['onnxruntime-node'],
    sourcemap: 'linked',
    logLevel: 'warning',
    // CommonJS dependencies ask for `require`, which an ES module does not have.
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
  };
}
