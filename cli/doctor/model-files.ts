import { fileURLToPath } from 'node:url';
import { lockedModels } from '../../lib/stage-config/locked-models.ts';
import type { StageConfig } from '../../lib/stage-config.ts';
import type { Bundle } from '../../service/contract/model-manifest.ts';
import { StartupError } from '../../service/domain/errors.ts';
import { verifyFiles } from '../../service/inference/bundle/bundle-files.ts';
import type { Finding } from './finding.ts';

/** Folder of the image's build context, whatever MODELS_DIR says. */
const MODELS = fileURLToPath(new URL('../../models', import.meta.url));

/** Files of the stage's model, which the build of the image copies; weights may not be in git. */
export async function checkModelFiles(
  { imageUri, modelName }: Pick<StageConfig, 'imageUri' | 'modelName'>,
  modelsFolder = MODELS,
  models: readonly Bundle[] = lockedModels(),
): Promise<Finding> {
  if (imageUri !== undefined) return { state: 'ok', found: 'not needed with imageUri' };
  const files = models.find(({ name }) => name === modelName)?.files ?? [];
  try {
    await verifyFiles(`${modelsFolder}/${modelName}`, files);
    return { state: 'ok', found: modelName };
  } catch (error) {
    if (!(error instanceof StartupError)) throw error;
    return {
      state: 'fail',
      found: error.message,
      remedy: `Run npx tss models pull ${modelName}.`,
    };
  }
}
