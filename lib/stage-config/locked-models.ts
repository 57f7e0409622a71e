import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Bundle, parseManifest } from '../../service/contract/model-manifest.ts';

/**
 * The models that this repository locks.
 *
 * @throws ManifestError when models/manifest.json is not valid
 */
export function lockedModels(): readonly Bundle[] {
  const path = fileURLToPath(new URL('../../models/manifest.json', import.meta.url));
  return parseManifest(readFileSync(path, 'utf8'), path).models;
}
