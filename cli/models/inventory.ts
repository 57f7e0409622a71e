import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { StartupError } from '../../service/domain/errors.ts';
import { type Bundle, findBundle, type Manifest } from '../../service/inference/bundle/manifest.ts';
import { loadBundle } from '../../service/inference/bundle/model-bundle.ts';

/** A table of the models that the manifest locks, and whether their files are there. */
export async function inventory(modelsDir: string, { models }: Manifest): Promise<string> {
  const rows = [['model', 'revision', 'size', 'files', 'licence', 'source']];
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
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/**
 * Reads every byte of the models named, of all when none is.
 *
 * @returns a line for each, and whether all are what the manifest says
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
      lines.push(`${name}: every file is what the manifest says`);
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
