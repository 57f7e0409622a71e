import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CpuFamily } from '../../service/contract/cpu-family.ts';
import {
  type GoldenLines,
  type GoldenText,
  goldenFamilyFile,
  goldenTolerances,
  readGoldenTexts,
} from '../../service/contract/golden-texts.ts';
import {
  type Bundle,
  ManifestError,
  parseManifest,
} from '../../service/contract/model-manifest.ts';

/** The answers that a release must give, and their tolerance. */
export interface Golden {
  readonly model: Bundle;
  /** Largest difference of a probability. */
  readonly tolerance: number;
  readonly texts: readonly GoldenText[];
}

/** Paths of the files that `readGolden` reads, relative to the models folder. */
export function goldenFiles(
  modelsFolder: string,
  modelName: string,
  family: CpuFamily,
): readonly string[] {
  const model = readModel(modelsFolder, modelName);
  const scores = goldenFamilyFile(model, family);
  const names = [model.golden.file, ...(scores === undefined ? [] : [scores.name])];
  return ['manifest.json', ...names.map((name) => join(modelName, name))];
}

/**
 * Reads the golden texts that the manifest chooses for a quick check.
 *
 * @param family of the CPUs that the release runs on
 * @throws ManifestError when the manifest is not valid or lacks the model, or a golden text does
 *   not say what to expect
 */
export function readGolden(modelsFolder: string, modelName: string, family: CpuFamily): Golden {
  const model = readModel(modelsFolder, modelName);
  const lines = (name: string): GoldenLines => {
    const path = join(modelsFolder, modelName, name);
    return { path, jsonLines: readFileSync(path, 'utf8') };
  };
  const scores = goldenFamilyFile(model, family);
  return {
    model,
    tolerance: goldenTolerances(model, family).batchTolerance,
    texts: readGoldenTexts(lines(model.golden.file), model, scores && lines(scores.name)),
  };
}

function readModel(modelsFolder: string, modelName: string): Bundle {
  const path = join(modelsFolder, 'manifest.json');
  const { models } = parseManifest(readFileSync(path, 'utf8'), path);
  const model = models.find(({ name }) => name === modelName);
  if (!model) {
    const known = models.map(({ name }) => name).join(', ');
    throw new ManifestError(
      `${path} has no model "${modelName}", only ${known}; add it (npx tss models add SOURCE), or choose another by -c modelName=NAME.`,
    );
  }
  return model;
}
