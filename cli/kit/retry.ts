import { setTimeout } from 'node:timers/promises';
import { handleWhen, retry } from 'cockatiel';
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
  /** Ends a wait at once; the call has to observe it by itself. */
  readonly signal?: AbortSignal;
  /** Waits by a timer unless a test replaces it. */
  readonly pause?: Pause;
}

/** Resolves after some milliseconds, or rejects when the signal is aborted. */
export type Pause = (ms: number, signal?: AbortSignal) => Promise<void>;

export const timerPause: Pause = (ms, signal) => setTimeout(ms, undefined, signal && { signal });

/** Shorter waits are not announced. */
const SILENT_MS = 2_000;

/**
 * Repeats a call until it succeeds, its failure is final or the attempts are used up.
 *
 * @throws the last failure, or the signal's reason
 */
export async function withRetries<T>(call: () => Promise<T>, options: RetryOptions): Promise<T> {
  const { maxAttempts, waitFor, announce = () => {}, signal, pause = timerPause } = options;
  let attempt = 0;
  let wait: Wait | null = null;
  const isTemporary = handleWhen((error) => {
    const next = waitFor(error, attempt);
    wait = next && { ms: next.ms, reason: next.reason ?? reasonOf(error) };
    return next !== null;
  });
  try {
    return await retry(isTemporary, { maxAttempts: maxAttempts - 1 }).execute(async () => {
      signal?.throwIfAborted();
      if (wait) {
        if (wait.ms >= SILENT_MS) announce(describe(wait));
        await pause(wait.ms, signal);
      }
      attempt++;
      return call();
    }, signal);
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
}

/** Doubles the wait with each attempt, up to a highest one. */
export function exponentialMs(attempt: number, first: number, highest: number): number {
  return Math.min(highest, first * 2 ** (attempt - 1));
}

/** `X rate limit: waiting until 12:00:00`, in local time. */
function describe({ ms, reason = '' }: Wait): string {
  const until = new Date(Date.now() + ms).toTimeString().slice(0, 8);
  return `${reason.replace(/\.$/, '')}: waiting until ${until}`;
}
