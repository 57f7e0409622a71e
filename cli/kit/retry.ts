import { aborted } from 'node:util';
import { DelegateBackoff, handleWhen, retry } from 'cockatiel';
import { reasonOf } from './errors.ts';

/** The time until the next attempt. */
export interface Wait {
  readonly ms: number;
  /** Announced in place of the failure's message. */
  readonly reason?: string;
}

export interface RetryOptions {
  readonly maxAttempts: number;
  /** Null: the failure is final. Attempts count from 1. */
  readonly waitFor: (error: unknown, attempt: number) => Wait | null;
  /** Gets the reason for each long wait, and when it ends. */
  readonly announce?: (message: string) => void;
  readonly signal?: AbortSignal;
}

/** Shorter waits are not announced. */
const SILENT_MS = 2_000;

/**
 * Repeats a call until it succeeds, its failure is final or the attempts are used up. The signal
 * ends a wait, or the call, at once.
 *
 * @throws the last failure, or the signal's reason
 */
export async function withRetries<T>(call: () => Promise<T>, options: RetryOptions): Promise<T> {
  const { maxAttempts, waitFor, announce, signal = new AbortController().signal } = options;
  signal.throwIfAborted();
  const policy = retry(
    handleWhen((error) => waitFor(error, 1) !== null),
    {
      maxAttempts: maxAttempts - 1,
      backoff: new DelegateBackoff(({ attempt, result }) =>
        'error' in result ? (waitFor(result.error, attempt)?.ms ?? 0) : 0,
      ),
    },
  );
  policy.onRetry(({ delay, attempt, ...failure }) => {
    if (delay < SILENT_MS || !('error' in failure)) return;
    const reason = waitFor(failure.error, attempt)?.reason ?? reasonOf(failure.error);
    announce?.(`${reason.replace(/\.$/, '')}: waiting until ${localTimeIn(delay)}`);
  });
  return Promise.race([
    policy.execute(call, signal),
    aborted(signal, policy).then(() => Promise.reject(signal.reason)),
  ]);
}

/** Doubles the wait with each attempt, up to a highest one. */
export function exponentialMs(attempt: number, first: number, highest: number): number {
  return Math.min(highest, first * 2 ** (attempt - 1));
}

function localTimeIn(ms: number): string {
  return new Date(Date.now() + ms).toTimeString().slice(0, 8);
}
