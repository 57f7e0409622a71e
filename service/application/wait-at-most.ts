export interface WaitOptions {
  /** Longest wait; negative values count as 0, and more than 24 days as no limit. */
  readonly ms: number;
  /** Ends the wait with its reason. */
  readonly signal?: AbortSignal;
  /** Called once when the time is up; the wait fails with its result. */
  readonly onLate: () => Error;
}

/** Node fires timers of more than 31 bits at once. */
export const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * Waits for a promise, bounded by time and by a signal. It cannot stop the work behind the
 * promise; a later result or failure is ignored.
 *
 * @throws the failure of the promise, the result of `onLate`, or the signal's reason
 */
export async function waitAtMost<T>(
  promise: Promise<T>,
  { ms, signal, onLate }: WaitOptions,
): Promise<T> {
  const { promise: ended, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(signal?.reason);
  const timer = ms <= LONGEST_TIMER_MS ? setTimeout(() => reject(onLate()), ms) : undefined;
  if (signal?.aborted) onAbort();
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([promise, ended]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
  }
}
