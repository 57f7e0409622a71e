import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  batchTolerance,
  type GoldenText,
  readGoldenTexts,
} from '../../service/contract/golden-texts.ts';
import {
  type Bundle,
  ManifestError,
  parseManifest,
} from '../../service/contract/model-manifest.ts';

/** The answers that a release must give, and how closely. */
export interface Golden {
  readonly model: Bundle;
  /** Largest difference of a probability. */
  readonly tolerance: number;
  readonly texts: readonly GoldenText[];
}

/** Paths of the files that `readGolden` reads, relative to the models folder. */
export function goldenFiles(modelsFolder: string, modelName: string): readonly string[] {
  return ['manifest.json', join(modelName, readModel(modelsFolder, modelName).golden.file)];
}

/**
 * Reads the golden texts that the manifest chooses for a quick check.
 *
 * @throws ManifestError when the manifest is not valid or lacks the model, or a golden text does
 *   not say what to expect
 */
export function readGolden(modelsFolder: string, modelName: string): Golden {
  const model = readModel(modelsFolder, modelName);
  const path = join(modelsFolder, modelName, model.golden.file);
  return {
    model,
    tolerance: batchTolerance(model),
    texts: readGoldenTexts(readFileSync(path, 'utf8'), model, path),
  };
}

function readModel(modelsFolder: string, modelName: string): Bundle {
  const path = join(modelsFolder, 'manifest.json');
  const { models } = parseManifest(readFileSync(path, 'utf8'), path);
  const model = models.find(({ name }) => name === modelName);
  if (!model) {
    const known = models.map(({ name }) => name).join(', ');
    throw new ManifestError(
      `${path} has no model "${modelName}", only ${known}; add it by "npm run models -- add", or choose another by -c modelName=NAME.`,
    );
  }
  return model;
}
