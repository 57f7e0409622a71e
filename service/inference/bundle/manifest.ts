import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type Bundle,
  type Manifest,
  ManifestError,
  parseManifest,
} from '../../contract/model-manifest.ts';
import { StartupError } from '../../domain/errors.ts';

export type { Bundle, BundleFile, Manifest } from '../../contract/model-manifest.ts';

/**
 * Reads `manifest.json` of a models folder.
 *
 * @throws StartupError naming each invalid field
 */
export async function readManifest(modelsDir: string): Promise<Manifest> {
  const path = join(modelsDir, 'manifest.json');
  const text = await read(path);
  return asStartupError(() => parseManifest(text, path));
}

/** @throws StartupError listing the available bundles */
export function findBundle(manifest: Manifest, name: string): Bundle {
  const bundle = manifest.models.find((candidate) => candidate.name === name);
  if (bundle === undefined) {
    const names = manifest.models.map((candidate) => candidate.name).join(', ');
    throw new StartupError(`There is no model "${name}"; available: ${names || 'none'}`);
  }
  return bundle;
}

/** Runs a reader of the contract; its ManifestError becomes a StartupError. */
export function asStartupError<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ManifestError)) throw error;
    throw new StartupError(error.message, { cause: error });
  }
}

async function read(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new StartupError(`${path} cannot be read; MODELS_DIR must name the folder it is in`, {
      cause: error,
    });
  }
}
