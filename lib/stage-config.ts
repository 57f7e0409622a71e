import type { TSchema } from 'typebox';
import Value from 'typebox/value';
import { faultsBetween } from './stage-config/faults-between.ts';
import { PRESETS, type StageConfig } from './stage-config/presets.ts';
import { STAGE_SCHEMA, type StageKey } from './stage-config/schema.ts';

export type { StageConfig } from './stage-config/presets.ts';

/** Context as `cdk -c KEY=VALUE` (always text) or cdk.json (typed) gives it. */
export type Context = Readonly<Record<string, unknown>>;

/** A configuration that nothing can be deployed from; its message is for whoever wrote it. */
export class StageConfigError extends Error {}

const KEYS = Object.keys(STAGE_SCHEMA) as StageKey[];

/**
 * The configuration of the stage that the context chooses.
 *
 * @throws StageConfigError naming every fault at once, each with its value and the remedy.
 */
export function readStageConfig(context: Context): StageConfig {
  const { stage } = context;
  if (stage !== 'dev' && stage !== 'prod') {
    throw new StageConfigError(
      `The context value stage is ${JSON.stringify(stage)}; use -c stage=dev or -c stage=prod.`,
    );
  }
  const faults = unknownKeys(context);
  const given: Record<string, unknown> = {};
  for (const key of KEYS) {
    if (context[key] === undefined) continue;
    const schema: TSchema & { description: string } = STAGE_SCHEMA[key];
    const value = fromText(schema, context[key]);
    if (Value.Check(schema, value)) given[key] = value;
    else faults.push(`${key}: ${JSON.stringify(value)} is not allowed; use ${schema.description}.`);
  }
  const config = { ...PRESETS[stage], ...given, stage } as StageConfig;
  faults.push(...faultsBetween(config));
  if (faults.length > 0) {
    const title = faults.length === 1 ? 'One fault' : `${faults.length} faults`;
    const lines = faults.map((fault) => `  ${fault}`).join('\n');
    throw new StageConfigError(`${title} in the configuration of stage ${stage}:\n${lines}`);
  }
  return config;
}

/** Feature flags and what the CLI itself passes are no concern of ours: they hold a `:` or `-`. */
function unknownKeys(context: Context): string[] {
  return Object.keys(context)
    .filter((key) => /^[A-Za-z]+$/.test(key) && !(key in STAGE_SCHEMA))
    .map((key) => `${key}: unknown; use one of ${KEYS.join(', ')}.`);
}

/** Text as the value that its schema wants, where it is written exactly so. */
function fromText(schema: TSchema, written: unknown): unknown {
  if (typeof written !== 'string' || Value.Check(schema, written)) return written;
  try {
    return JSON.parse(written);
  } catch {
    return written;
  }
}
