/**
 * Run in the Dockerfile's stage `model`, bundled: makes a models folder that holds one model.
 *
 *   fetch-model NAME SOURCE DOWNLOADS TARGET
 *
 * SOURCE is `bundled` (models/ of the build context has every file), `hub` (the repository and
 * revision that the manifest locks) or anything that `npm run models -- pull --from` takes.
 */
import { cp, mkdir, readdir, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { openOrigin, openSource } from '../../cli/models/open-source.ts';
import { pull } from '../../cli/models/pull.ts';
import { SourceError } from '../../cli/models/source.ts';
import { writeManifest } from '../../cli/models/write-manifest.ts';
import { StartupError } from '../../service/errors.ts';
import { findBundle, readManifest } from '../../service/inference/manifest.ts';
import { loadBundle } from '../../service/inference/model-bundle.ts';

const CONTEXT = 'models';

async function fetchModel(name: string, place: string, downloads: string, target: string) {
  const bundle = findBundle(await readManifest(CONTEXT), name);
  await mkdir(join(target, name), { recursive: true });
  for (const file of bundle.files) {
    await cp(join(CONTEXT, name, file.name), join(target, name, file.name)).catch(ignoreMissing);
  }
  const fetched = await pull(bundle, {
    source: () => openPlace(place),
    downloadsDir: downloads,
    keepDownloads: true,
    folder: join(target, name),
    output: process.stdout,
  });
  await writeManifest(target, { models: [bundle] });
  await loadBundle(target, name);
  await forgetTimes(target);
  console.log(`${name} ${bundle.revision}: verified; fetched: ${fetched.join(', ') || 'nothing'}`);

  function openPlace(source: string) {
    if (source === 'bundled') {
      throw new SourceError(
        `models/${name} is not complete: complete it by \`npm run models -- pull ${name}\`, or ` +
          'build with MODEL_SOURCE=hub or MODEL_SOURCE=s3://...',
        { retryable: false },
      );
    }
    return source === 'hub'
      ? openOrigin(bundle, process.env)
      : openSource(source, 'main', process.env);
  }
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
}

/** The same model gives the same layer, whenever it is built. */
async function forgetTimes(folder: string): Promise<void> {
  const names = await readdir(folder, { recursive: true });
  for (const name of ['.', ...names]) await utimes(join(folder, name), 0, 0);
}

const [name = '', place = '', downloads = '', target = ''] = process.argv.slice(2);
fetchModel(name, place, downloads, target).catch((error: unknown) => {
  if (!(error instanceof SourceError || error instanceof StartupError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
});
