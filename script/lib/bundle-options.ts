import { resolve } from 'node:path';
import type { BuildOptions, Plugin } from 'esbuild';
import { packedLanguageData } from './language-data.ts';

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
 * `import` of node:http reads all its exports, one of which loads Node's `fetch`, and that takes six
 * times as long as the rest of the module; `require` does not.
 */
const httpByRequire: Plugin = {
  name: 'http-by-require',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^(node:)?https?$/ }, ({ path, kind, namespace }) =>
      kind === 'import-statement' && namespace === 'file'
        ? { path, namespace: 'by-require' }
        : null,
    );
    onLoad({ filter: /.*/, namespace: 'by-require' }, ({ path }) => ({
      contents: `module.exports = require(${JSON.stringify(path)});`,
    }));
  },
};

/**
 * @fastify/static loads `glob` for an option that the service does not use. Evaluating it would take
 * a tenth of the start.
 */
const staticWithoutGlob: Plugin = {
  name: 'static-without-glob',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^glob$/ }, ({ path }) => ({ path, namespace: 'not-bundled' }));
    onLoad({ filter: /.*/, namespace: 'not-bundled' }, ({ path }) => ({
      contents: `exports.glob = () => { throw new Error('${path} is not part of the bundle'); };`,
    }));
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
    plugins: [tokenizersWithoutRuntime, packedLanguageData, httpByRequire, staticWithoutGlob],
    external: ['onnxruntime-node'],
    sourcemap: 'linked',
    logLevel: 'warning',
    // CommonJS dependencies ask for `require`, which an ES module does not have.
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
  };
}
