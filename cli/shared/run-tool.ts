import { constants } from 'node:os';
import { CliError, UsageError } from './cli-error.ts';

/**
 * Runs a tool to its end. The first SIGINT or SIGTERM aborts the signal, so that the tool can
 * leave things in order; the second ends it where it stands.
 *
 * Exit codes: 0 done, 1 failed, 2 wrong usage, 130 interrupted (143 by SIGTERM).
 */
export async function runTool(
  usage: string,
  tool: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const interruption = new AbortController();
  let code = 0;
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      if (interruption.signal.aborted) process.exit(code);
      code = 128 + constants.signals[name];
      interruption.abort();
    });
  }
  try {
    await tool(interruption.signal);
  } catch (error) {
    if (interruption.signal.aborted) process.exit(code);
    if (!(error instanceof CliError)) throw error;
    const isUsage = error instanceof UsageError;
    process.stderr.write(`${error.message}\n${isUsage ? `\n${usage}\n` : ''}`);
    process.exit(isUsage ? 2 : 1);
  }
  process.exit(interruption.signal.aborted ? code : 0);
}
