import { readStageConfig, StageConfigError, withStageFile } from '../../lib/stage-config.ts';
import type { Stage } from '../../service/contract/deployment.ts';
import { CliError, UsageError } from '../kit/errors.ts';
import { estimateCost, type Load } from './estimate.ts';
import { renderEstimate } from './render.ts';

/** Placeholder: certificates are free. */
const ANY_CERTIFICATE = 'arn:aws:acm:us-east-1:000000000000:certificate/any';

/** @param overrides `KEY=VALUE` @throws CliError */
export function printCost(
  stage: Stage,
  overrides: readonly string[],
  load: Load,
  json: boolean,
): void {
  const config = configOf(stage, contextOf(overrides));
  const estimate = estimateCost(config, load);
  process.stdout.write(
    json
      ? `${JSON.stringify({ stage, load, ...estimate }, null, 2)}\n`
      : renderEstimate(stage, load, estimate),
  );
}

function configOf(stage: Stage, given: Readonly<Record<string, string>>) {
  try {
    const { context, overrides } = withStageFile({ ...given, stage });
    for (const line of overrides) process.stderr.write(`${line}\n`);
    const certificate = 'domainName' in context ? {} : { certificateArn: ANY_CERTIFICATE };
    return readStageConfig({ ...certificate, ...context });
  } catch (cause) {
    if (!(cause instanceof StageConfigError)) throw cause;
    throw new CliError(cause.message, { cause, exitCode: 2 });
  }
}

function contextOf(overrides: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    overrides.map((override) => {
      const at = override.indexOf('=');
      if (at < 1) throw new UsageError(`-c must be KEY=VALUE, got '${override}'`);
      return [override.slice(0, at), override.slice(at + 1)];
    }),
  );
}
