import { setTimeout as pause } from 'node:timers/promises';

/** What to do about a failure: wait so long and try again, for the reason given. */
export interface Wait {
  readonly ms: number;
  readonly reason: string;
}

export interface PersistOptions {
  /** Null: the failure is final. `attempt` counts from 1. */
  readonly waitFor: (error: unknown, attempt: number) => Wait | null;
  readonly announce: (message: string) => void;
  readonly signal: AbortSignal;
}

/** Waits shorter than this are not worth a word. */
const SILENT_MS = 2_000;

/**
 * Calls again and again until the call succeeds or its failure is final, and says until when it
 * waits.
 *
 * @throws the last failure, or the signal's reason.
 */
export async function persist<T>(
  call: () => Promise<T>,
  { waitFor, announce, signal }: PersistOptions,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await call();
    } catch (error) {
      signal.throwIfAborted();
      const wait = waitFor(error, attempt);
      if (!wait) throw error;
      if (wait.ms >= SILENT_MS) {
        announce(`${wait.reason.replace(/\.$/, '')}: waiting until ${clock(wait.ms)}`);
      }
      await pause(wait.ms, undefined, { signal });
    }
  }
}

/** The local time of day so many milliseconds from now. */
function clock(fromNowMs: number): string {
  return new Date(Date.now() + fromNowMs).toTimeString().slice(0, 8);
}
