import { readFile } from 'node:fs/promises';
import { type Context, readStageConfig } from '../../lib/stage-config.ts';
import type { Stage } from '../../service/contract/deployment.ts';
import { reasonOf } from '../kit/errors.ts';
import { print } from '../kit/printable.ts';
import { refusedAsUsage, stageContext } from '../kit/stage-context.ts';
import { tableLines } from '../kit/table.ts';
import { checksOf } from './checks.ts';
import type { Check, Finding } from './finding.ts';

const CDK_JSON = new URL('../../cdk.json', import.meta.url);
const QUALIFIER_KEY = '@aws-cdk/core:bootstrapQualifier';
const CHECK_TIMEOUT_MS = 60_000;
const FAILED = 1;

interface Row {
  readonly name: string;
  readonly state: Finding['state'] | 'unknown';
  readonly found: string;
  readonly remedy?: string | undefined;
}

/** Runs every check of a stage and prints the table. @throws CliError */
export async function runChecks(stage: Stage, overrides: readonly string[]): Promise<void> {
  const context = stageContext(stage, overrides);
  const config = refusedAsUsage(() => readStageConfig(context));
  const checks = checksOf(config, await bootstrapQualifier(context));
  const rows = await Promise.all(checks.map((check) => rowOf(check)));
  print(renderRows(rows));
  if (rows.some(({ state }) => state === 'fail')) process.exitCode = FAILED;
}

/** Qualifier of the bootstrap that `cdk` would use: of the context, else of cdk.json; undefined: its default. */
export async function bootstrapQualifier(
  context: Context,
  file: string | URL = CDK_JSON,
): Promise<string | undefined> {
  const { context: kept }: { context?: Context } = JSON.parse(await readFile(file, 'utf8'));
  const qualifier = context[QUALIFIER_KEY] ?? kept?.[QUALIFIER_KEY];
  return typeof qualifier === 'string' ? qualifier : undefined;
}

export async function rowOf(
  { name, required, run }: Check,
  timeoutMs = CHECK_TIMEOUT_MS,
): Promise<Row> {
  const state = required ? 'fail' : 'unknown';
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    return { name, ...(await run(signal)) };
  } catch (error) {
    if (signal.aborted) {
      return { name, state, found: `no answer within ${timeoutMs / 1_000} s` };
    }
    const kind = error instanceof Error ? `${error.name}: ` : '';
    const found = `${kind}${reasonOf(error)}`;
    return { name, state, found, remedy: remedyOf(found) };
  }
}

/** Remedy for a call that could not be made; undefined: none is known. */
function remedyOf(failure: string): string | undefined {
  if (failure.includes('Region is missing')) {
    return "give the stage's region: set AWS_REGION, or a profile that has one by AWS_PROFILE";
  }
  if (/credentials/i.test(failure)) {
    return "give credentials of the stage's account: sign in, and name the profile by AWS_PROFILE";
  }
  return undefined;
}

export function renderRows(rows: readonly Row[]): string {
  const byRemedy = Map.groupBy(rows, ({ remedy }) => remedy);
  const remedies = [...byRemedy].flatMap(([remedy, affected]) =>
    remedy === undefined ? [] : [`${affected.map(({ name }) => name).join(', ')}: ${remedy}`],
  );
  const table = tableLines(
    rows.map(({ name, state, found }) => [state, name, found]),
    'l',
  );
  return `${[...table, ...(remedies.length > 0 ? ['', ...remedies] : [])].join('\n')}\n`;
}
