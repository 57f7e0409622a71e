import { createInterface } from 'node:readline';
import { CliError, UsageError } from './errors.ts';
import { printable } from './printable.ts';

export interface Terminal {
  readonly input: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly output: NodeJS.WritableStream;
}

const TERMINAL: Terminal = { input: process.stdin, output: process.stderr };

/**
 * Asks a question at the terminal, and returns only after a yes.
 *
 * @throws UsageError without a terminal
 * @throws CliError after any other answer
 */
export async function confirm(
  question: string,
  signal: AbortSignal,
  { input, output }: Terminal = TERMINAL,
): Promise<void> {
  if (!input.isTTY)
    throw new UsageError('this command asks first, and there is no terminal; give --yes');
  output.write(`${printable(question)} [y/N] `);
  // Not a terminal for readline: it would take Ctrl-C for itself.
  const lines = createInterface({ input, terminal: false, signal });
  const answer = await new Promise<string>((resolve) => {
    lines.once('line', resolve);
    // By Ctrl-D or a signal.
    lines.once('close', () => resolve(''));
  });
  lines.close();
  if (!/^\s*y(es)?\s*$/i.test(answer)) throw new CliError('Canceled; nothing was changed.');
}
