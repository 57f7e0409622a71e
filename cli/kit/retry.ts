import { setTimeout } from 'node:timers/promises';
import { reasonOf } from './errors.ts';

/** The time until the next attempt. */
export interface Wait {
  readonly ms: number;
  /** Announced in place of the failure's message. */
  readonly reason?: string;
  /** True: the call fails after this time, instead of another attempt. */
  readonly isLast?: boolean;
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
  signal?.throwIfAborted();
  for (let attempt = 1; ; attempt++) {
    try {
      return await call();
    } catch (error) {
      signal?.throwIfAborted();
      const wait = attempt < maxAttempts ? waitFor(error, attempt) : null;
      if (!wait) throw error;
      const { ms, reason = reasonOf(error), isLast = false } = wait;
      if (ms >= SILENT_MS) announce(describe(reason, ms));
      await pause(ms, signal).finally(() => signal?.throwIfAborted());
      if (isLast) throw error;
    }
  }
}

/** Doubles the wait with each attempt, up to a highest one. */
export function exponentialMs(attempt: number, first: number, highest: number): number {
  return Math.min(highest, first * 2 ** (attempt - 1));
}

/** `X rate limit: waiting until 12:00:00`, in local time. */
function describe(reason: string, ms: number): string {
  const until = new Date(Date.now() + ms).toTimeString().slice(0, 8);
  return `${reason.replace(/\.$/, '')}: waiting until ${until}`;
}
