import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readGoldenTexts } from '../../service/contract/golden-texts.ts';
import { type Bundle, parseManifest } from '../../service/contract/model-manifest.ts';

const MODELS = new URL('../../models/', import.meta.url);

/**
 * The models that this repository locks.
 *
 * @throws ManifestError when models/manifest.json is not valid
 */
export function lockedModels(): readonly Bundle[] {
  const path = fileURLToPath(new URL('manifest.json', MODELS));
  return parseManifest(readFileSync(path, 'utf8'), path).models;
}

/** The texts that the golden hook sends to a release, in one request. */
export function canaryTexts(model: Bundle): readonly string[] {
  const path = fileURLToPath(new URL(`${model.name}/${model.golden.file}`, MODELS));
  return readGoldenTexts({ path, jsonLines: readFileSync(path, 'utf8') }, model).map(
    ({ text }) => text,
  );
}
