/**
 * Run in the Dockerfile's stage `model`, bundled: makes a models folder that holds one model.
 *
 *   fetch-model NAME SOURCE DOWNLOADS TARGET
 *
 * SOURCE is `bundled` (models/ of the build context has every file), `hub` (the repository and
 * revision that the manifest locks; weights are converted again) or anything that
 * `tss models pull --from` takes.
 */
import { cp, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { openOrigin, openSource } from '../../cli/models/open-source.ts';
import { pullOrConvert } from '../../cli/models/reconvert.ts';
import { SourceError } from '../../cli/models/source.ts';
import { writeManifest } from '../../cli/models/write-manifest.ts';
import { StartupError } from '../../service/domain/errors.ts';
import { findBundle, readManifest } from '../../service/inference/bundle/manifest.ts';
import { goldenFamilyFiles, loadBundle } from '../../service/inference/bundle/model-bundle.ts';

const CONTEXT = 'models';

async function fetchModel(name: string, place: string, downloads: string, target: string) {
  const bundle = findBundle(await readManifest(CONTEXT), name);
  await mkdir(join(target, name), { recursive: true });
  // No source has the golden probabilities of other CPU families.
  for (const file of [...bundle.files, ...goldenFamilyFiles(bundle)]) {
    await cp(join(CONTEXT, name, file.name), join(target, name, file.name)).catch(ignoreMissing);
  }
  const fetched =
    place === 'bundled'
      ? []
      : await pullOrConvert(bundle, {
          source: () =>
            place === 'hub'
              ? openOrigin(bundle, process.env)
              : openSource(place, 'main', process.env),
          downloadsDir: downloads,
          keepDownloads: true,
          folder: join(target, name),
          output: process.stdout,
        });
  await writeManifest(target, { models: [bundle] });
  await loadBundle(target, name);
  console.log(`${name} ${bundle.revision}: verified; fetched: ${fetched.join(', ') || 'nothing'}`);
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
}

const [name = '', place = '', downloads = '', target = ''] = process.argv.slice(2);
fetchModel(name, place, downloads, target).catch((error: unknown) => {
  if (!(error instanceof SourceError || error instanceof StartupError)) throw error;
  console.error(error.message);
  if (place === 'bundled') {
    console.error(
      `The checkout's own files are used: \`npx tss models pull ${name}\` completes them, ` +
        'MODEL_SOURCE=hub or MODEL_SOURCE=s3://bucket/prefix fetches them for the image.',
    );
  }
  process.exitCode = 1;
});
