import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Manifest, parseManifest } from '../../service/contract/model-manifest.ts';
import { asStartupError } from '../../service/inference/bundle/manifest.ts';

/** Left behind by a process that was killed; the next one overwrites it. */
const NEXT = '.manifest.json.next';

/**
 * Replaces a folder's manifest at once: a reader sees the old one or the new one. Not to be called
 * by two processes at once.
 *
 * @throws StartupError, and writes nothing, when the new one could not be read
 */
export async function writeManifest(modelsDir: string, manifest: Manifest): Promise<void> {
  const path = join(modelsDir, 'manifest.json');
  const next = join(modelsDir, NEXT);
  const text = `${JSON.stringify(manifest, null, 2)}\n`;
  asStartupError(() => parseManifest(text, path));
  try {
    await writeFile(next, text, { flush: true });
    await rename(next, path);
  } catch (error) {
    await rm(next, { force: true });
    throw error;
  }
}
