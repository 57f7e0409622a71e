import { type Deadline, remainingMs } from '../application/request-context.ts';
import { waitAtMost } from '../application/wait-at-most.ts';
import { DeadlineExceededError } from '../domain/errors.ts';

/** Part of the deadline kept for answering. */
const MARGIN_MS = 200;

/**
 * Starts a read and waits for it within the deadline of its requests, also a later one of a request
 * that joins during the wait. The read goes on if the wait ends first: other requests may share it.
 *
 * @param onLate called when the wait ends first: gives its result, or throws
 * @throws DeadlineExceededError if no time is left before the read: the source is not to blame
 * @throws the reason of the signal
 */
export async function readWithinDeadline<T>(
  { deadline, signal }: { readonly deadline: Deadline; readonly signal: AbortSignal },
  read: () => Promise<T>,
  onLate: () => T,
): Promise<T> {
  signal.throwIfAborted();
  if (readTimeMs(deadline) <= 0) throw new DeadlineExceededError();
  const late = new Error('The read did not end within the deadline.');
  // Awaited also if its start took the rest of the time: it may fail later.
  const reading = read();
  for (;;) {
    const ms = Math.max(0, readTimeMs(deadline));
    try {
      return await waitAtMost(reading, { ms, signal, onLate: () => late });
    } catch (error) {
      if (error !== late) throw error;
      if (readTimeMs(deadline) <= 0) return onLate();
    }
  }
}

function readTimeMs(deadline: Deadline): number {
  return remainingMs(deadline) - MARGIN_MS;
}
