import { type Context, StageConfigError, withStageFile } from '../../lib/stage-config.ts';
import { CliError, UsageError } from './errors.ts';
import { warn } from './printable.ts';

/**
 * Context of a stage as for `cdk`: its file, and `KEY=VALUE` overrides, which are printed.
 *
 * @throws CliError
 */
export function stageContext(stage: string, overrides: readonly string[]): Context {
  return refusedAsUsage(() => {
    const given = Object.fromEntries(overrides.map(pair));
    const { context, overrides: lines } = withStageFile({ ...given, stage });
    for (const line of lines) warn(line);
    return context;
  });
}

/** Runs a step that reads the configuration of a stage; a fault in it exits with 2. */
export function refusedAsUsage<Result>(step: () => Result): Result {
  try {
    return step();
  } catch (cause) {
    if (!(cause instanceof StageConfigError)) throw cause;
    throw new CliError(cause.message, { cause, exitCode: 2 });
  }
}

function pair(override: string): [string, string] {
  const at = override.indexOf('=');
  if (at < 1) throw new UsageError(`-c must be KEY=VALUE, got '${override}'`);
  return [override.slice(0, at), override.slice(at + 1)];
}
