import { constants } from 'node:os';
import { RepeatedSignals } from '../../service/process/repeated-signals.ts';
import { exit } from './exit-tasks.ts';
import { releaseLocks } from './run-lock.ts';

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
 * for a moment; a second one ends it in any case. A shell sees the exit code 130 or 143, or that of a
 * command which finished in spite of the signal.
 */
export function interruptible<Args extends unknown[]>(
  { kept, cleansUp }: Interruption,
  action: (signal: AbortSignal, ...args: Args) => Promise<void>,
): (...args: Args) => Promise<void> {
  return async (...args) => {
    const interruption = new AbortController();
    const { signal } = interruption;
    const signals = new RepeatedSignals();
    let code = 0;
    const say = () => process.stderr.write(`\n${kept}\n`);
    for (const name of ['SIGINT', 'SIGTERM'] as const) {
      const onSignal = () => {
        if (signals.isRepeated(name)) return;
        code = 128 + constants.signals[name];
        if (cleansUp && !signal.aborted) {
          setTimeout(endBySignal, CLEAN_UP_MS, name, onSignal).unref();
          interruption.abort();
          return;
        }
        say();
        endBySignal(name, onSignal);
      };
      process.on(name, onSignal);
    }
    try {
      await action(signal, ...args);
    } catch (error) {
      if (!signal.aborted) throw error;
      say();
      process.exitCode = code;
      exit();
    }
  };
}

/** Ends the process as if the signal had no handler: an exit would wait for native code. */
function endBySignal(name: NodeJS.Signals, handler: () => void): void {
  process.off(name, handler);
  releaseLocks();
  process.kill(process.pid, name);
}
