import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { build } from 'esbuild';

/**
 * Bundles the page into the new folder `outdir`: index.html, and in `assets/` the files it names,
 * each with a hash of its content in its name and compressed beside it.
 */
export async function buildPage(source: string, outdir: string): Promise<void> {
  const { metafile } = await build({
    entryPoints: ['page.ts', 'page.css', 'icon.svg'].map((name) => join(source, name)),
    outdir: join(outdir, 'assets'),
    entryNames: '[name]-[hash]',
    bundle: true,
    minify: true,
    format: 'esm',
    // The oldest browsers that have every API of the page; Firefox has Intl.Segmenter since 125.
    target: ['chrome120', 'firefox125', 'safari17'],
    loader: { '.svg': 'copy' },
    metafile: true,
    logLevel: 'warning',
  });
  let html = readFileSync(join(source, 'index.html'), 'utf8');
  for (const [path, { entryPoint = '' }] of Object.entries(metafile.outputs)) {
    const content = readFileSync(path);
    const name = basename(path);
    writeFileSync(`${path}.br`, brotliCompressSync(content));
    writeFileSync(`${path}.gz`, gzipSync(content, { level: 9 }));
    html = html.replaceAll(`"${basename(entryPoint)}"`, `"/assets/${name}"`);
  }
  writeFileSync(join(outdir, 'index.html'), html);
}
