import {
  type Definitions,
  describeFaults,
  type Fault,
  type Rule,
  readValues,
} from '../service/contract/configuration.ts';
import { STAGE_PATTERN } from '../service/contract/deployment.ts';
import { ManifestError } from '../service/contract/model-manifest.ts';
import { StageConfigError } from './stage-config/error.ts';
import { lockedModels } from './stage-config/locked-models.ts';
import { PRESETS, presetOf, type StageConfig } from './stage-config/presets.ts';
import { stageRules } from './stage-config/rules.ts';
import { STAGE_SCHEMA } from './stage-config/schema.ts';
import type { Context } from './stage-config/stage-file.ts';
import { environmentFaults } from './stage-config/task-environment.ts';

export { StageConfigError } from './stage-config/error.ts';
export type { StageConfig } from './stage-config/presets.ts';
export { type Context, withStageFile } from './stage-config/stage-file.ts';

/**
 * Reads the configuration of the stage that the context chooses.
 *
 * @param models names in models/manifest.json
 * @throws StageConfigError naming every fault at once, each with its value and the remedy.
 */
export function readStageConfig(
  context: Context,
  models: readonly string[] = modelNames(),
): StageConfig {
  const { stage } = context;
  if (typeof stage !== 'string' || !new RegExp(STAGE_PATTERN).test(stage)) {
    throw new StageConfigError(
      `The context value stage is ${JSON.stringify(stage)}; use -c stage=NAME, such as dev, prod or ${STAGE_SCHEMA.stage.description}. Its values are in stages/NAME.json.`,
    );
  }
  const { config, faults } = readContext(stage, context, stageRules(models));
  if (faults.length > 0) {
    throw new StageConfigError(describeFaults(faults, `of stage ${stage}`));
  }
  return config;
}

function readContext(stage: string, context: Context, rules: readonly Rule<StageConfig>[]) {
  const read = readValues(
    definitionsOf(stage, context),
    context,
    // The definitions' values are a StageConfig, but only STAGE_SCHEMA knows their types.
    rules as readonly Rule<object>[],
  );
  const config = read.values as StageConfig;
  const faults: Fault[] = [...unknownKeys(context), ...read.faults];
  const isRead = !faults.some(({ name }) => name === 'environment');
  return { config, faults: isRead ? [...faults, ...environmentFaults(config)] : faults };
}

function definitionsOf(stage: string, context: Context): Definitions {
  const name = presetOf(stage, context.preset);
  const preset: Readonly<Record<string, unknown>> = { ...PRESETS[name], stage, preset: name };
  return Object.fromEntries(
    Object.entries(STAGE_SCHEMA).map(([key, schema]) => [
      key,
      // A malformed environment may hold a secret, put there by mistake.
      { schema, default: preset[key], ...(key === 'environment' && { secret: true }) },
    ]),
  );
}

/** Keys of the CDK itself, such as feature flags, hold a `:` or `-`. */
function unknownKeys(context: Context): Fault[] {
  const keys = Object.keys(STAGE_SCHEMA);
  return Object.keys(context)
    .filter((key) => !/[:-]/.test(key) && !keys.includes(key))
    .map((key) => ({ name: key, problem: `unknown; use one of ${keys.join(', ')}` }));
}

function modelNames(): readonly string[] {
  try {
    return lockedModels().map(({ name }) => name);
  } catch (error) {
    if (!(error instanceof ManifestError)) throw error;
    throw new StageConfigError(error.message, { cause: error });
  }
}
