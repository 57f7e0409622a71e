import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { STAGE_PATTERN } from '../../service/contract/deployment.ts';
import { StageConfigError } from './error.ts';
import { PRESET_NAMES } from './schema.ts';

/** Context as `cdk -c KEY=VALUE` (always text) or a file (typed) gives it. */
export type Context = Readonly<Record<string, unknown>>;

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const LONGEST_BYTES = 1_000_000;

export interface StageContext {
  readonly context: Context;
  /** One line for each value of the file that the context overrides. */
  readonly overrides: readonly string[];
}

/**
 * Adds the values in `stages/NAME.json` of the chosen stage to the context, which overrides them.
 * Without a file the context is all there is; only dev and prod can do without.
 *
 * @throws StageConfigError when the file is missing, is not a JSON object or names another stage
 */
export function withStageFile(context: Context, root = ROOT): StageContext {
  const { stage } = context;
  // The name is part of a path; one that is not allowed is refused with the other faults.
  if (typeof stage !== 'string' || !new RegExp(STAGE_PATTERN).test(stage)) {
    return { context, overrides: [] };
  }
  const path = `stages/${stage}.json`;
  const exists = existsSync(`${root}${path}`);
  if (!exists && !PRESET_NAMES.some((name) => name === stage)) {
    throw new StageConfigError(
      `The stage ${stage} has no ${path}; create it, such as {"preset": "dev"}, or correct the name.`,
    );
  }
  const file = exists ? readFile(root, path) : {};
  if (file.stage !== undefined && file.stage !== stage) {
    throw new StageConfigError(
      `stages/${stage}.json: stage is ${JSON.stringify(file.stage)}; leave it out, or use "${stage}".`,
    );
  }
  const overrides = Object.keys(file)
    .filter((key) => context[key] !== undefined && text(context[key]) !== text(file[key]))
    .map((key) =>
      // A malformed environment may hold a secret, put there by mistake.
      key === 'environment'
        ? `${path}: environment is overridden by -c environment`
        : `${path}: ${key}=${text(file[key])} is overridden by -c ${key}=${text(context[key])}`,
    );
  return { context: { ...file, ...context }, overrides };
}

function readFile(root: string, path: string): Context {
  const written = readFileSync(`${root}${path}`);
  if (written.length > LONGEST_BYTES) {
    throw new StageConfigError(
      `${path} has ${written.length} bytes; use at most ${LONGEST_BYTES}.`,
    );
  }
  let values: unknown;
  try {
    values = JSON.parse(written.toString('utf8'));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new StageConfigError(`${path} is not valid JSON: ${reason}; correct it.`, { cause });
  }
  if (typeof values !== 'object' || values === null || Array.isArray(values)) {
    throw new StageConfigError(`${path} must hold a JSON object such as {"minTasks": 4}.`);
  }
  return { ...values };
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
