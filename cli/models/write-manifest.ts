import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Manifest } from '../../service/inference/bundle/manifest.ts';

/** Replaces a folder's manifest at once: a reader sees the old one or the new one. */
export async function writeManifest(modelsDir: string, manifest: Manifest): Promise<void> {
  const path = join(modelsDir, 'manifest.json');
  const next = `${path}.${process.pid}`;
  try {
    await writeFile(next, `${JSON.stringify(manifest, null, 2)}\n`);
    await rename(next, path);
  } catch (error) {
    await rm(next, { force: true });
    throw error;
  }
}
