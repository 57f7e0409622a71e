import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Plugin } from 'esbuild';
import { packLanguageData } from './pack-ngrams.ts';

const NAMESPACE = 'language-data';

const UNPACK = resolve('service/inference/language/packed-ngrams.ts');

/**
 * Moves the n-grams of the language detector from a JavaScript literal of 80,000 objects into a
 * packed file.
 */
export const packedLanguageData: Plugin = {
  name: 'packed-language-data',
  setup({ onResolve, onLoad }) {
    onLoad({ filter: /[\\/]eld[\\/]src[\\/]ngrams[\\/]\w+\.js$/ }, ({ path }) => ({
      contents: `
        import { readFileSync } from 'node:fs';
        import file from ${JSON.stringify(`${NAMESPACE}:${path}`)};
        import { unpackLanguageData } from ${JSON.stringify(UNPACK)};
        const packed = readFileSync(new URL(file, import.meta.url));
        export const ngramsData = unpackLanguageData(packed);
      `,
      resolveDir: resolve('.'),
    }));
    onResolve({ filter: new RegExp(`^${NAMESPACE}:`) }, ({ path }) => ({
      // The name of the emitted file.
      path: 'language-data.bin',
      namespace: NAMESPACE,
      pluginData: path.slice(NAMESPACE.length + 1),
    }));
    onLoad({ filter: /.*/, namespace: NAMESPACE }, async ({ pluginData }) => {
      const { ngramsData } = await import(pathToFileURL(pluginData).href);
      return { contents: packLanguageData(ngramsData), loader: 'file' };
    });
  },
};
