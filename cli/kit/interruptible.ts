import { constants } from 'node:os';

export interface Interruption {
  /** Printed when a signal ends the command: what is kept, and how to continue. */
  readonly kept: string;
  /** The command ends by itself when its signal aborts; others are ended where they stand. */
  readonly cleansUp?: true;
}

/** Time a command has to clean up. */
const CLEAN_UP_MS = 5_000;

/**
 * A command's action with an AbortSignal. SIGINT and SIGTERM end it at once, or let it clean up
 * for a moment; a second one ends it in any case. The exit code is 130 or 143.
 */
export function interruptible<Args extends unknown[]>(
  { kept, cleansUp }: Interruption,
  action: (signal: AbortSignal, ...args: Args) => Promise<void>,
): (...args: Args) => Promise<void> {
  return async (...args) => {
    const interruption = new AbortController();
    const { signal } = interruption;
    const end = (code: number) => {
      process.stderr.write(`\n${kept}\n`);
      process.exit(code);
    };
    let code = 0;
    for (const name of ['SIGINT', 'SIGTERM'] as const) {
      process.on(name, () => {
        code = 128 + constants.signals[name];
        if (!cleansUp || signal.aborted) end(code);
        setTimeout(end, CLEAN_UP_MS, code).unref();
        interruption.abort();
      });
    }
    try {
      await action(signal, ...args);
    } catch (error) {
      if (!signal.aborted) throw error;
    }
    if (signal.aborted) end(code);
  };
}
