import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { StartupError } from '../../service/domain/errors.ts';
import { type Bundle, findBundle, type Manifest } from '../../service/inference/bundle/manifest.ts';
import { loadBundle } from '../../service/inference/bundle/model-bundle.ts';
import { tableLines } from '../kit/table.ts';
import { leftoverLines } from './leftovers.ts';

/** Table of the models in the manifest and whether their files are present; then what is left over. */
export async function inventory(modelsDir: string, { models }: Manifest): Promise<string> {
  const rows = [['model', 'revision', 'size', 'files', 'license', 'source']];
  for (const bundle of models) {
    const { name, revision, files, licence, source } = bundle;
    const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
    const missing = await missingFiles(modelsDir, bundle);
    const origin = [source.repository, source.revision?.slice(0, 12)].filter(Boolean).join('@');
    rows.push([
      name,
      revision,
      `${(bytes / 1e6).toFixed(1)} MB`,
      missing === 0 ? 'present' : `${missing} of ${files.length} missing`,
      licence,
      origin,
    ]);
  }
  const left = await leftoverLines(modelsDir);
  return [...tableLines(rows, 'l'), ...(left.length > 0 ? ['', ...left] : [])].join('\n');
}

/**
 * Reads every byte of the named models, or of all.
 *
 * @returns a line for each model, and whether all match the manifest
 */
export async function verify(
  modelsDir: string,
  manifest: Manifest,
  names: readonly string[],
): Promise<{ lines: string[]; ok: boolean }> {
  const chosen =
    names.length === 0 ? manifest.models : names.map((name) => findBundle(manifest, name));
  const lines: string[] = [];
  let ok = true;
  for (const { name } of chosen) {
    try {
      await loadBundle(modelsDir, name);
      lines.push(`${name}: every file matches the manifest`);
    } catch (error) {
      if (!(error instanceof StartupError)) throw error;
      ok = false;
      lines.push(`${name}: ${error.message}`);
    }
  }
  return { lines, ok };
}

async function missingFiles(modelsDir: string, { name, files }: Bundle): Promise<number> {
  const found = await Promise.allSettled(
    files.map((file) => stat(join(modelsDir, name, file.name))),
  );
  return found.filter(({ status }) => status === 'rejected').length;
}
