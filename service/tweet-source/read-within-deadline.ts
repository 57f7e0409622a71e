import { type Deadline, remainingMs } from '../application/request-context.ts';
import { waitAtMost } from '../application/wait-at-most.ts';
import { DeadlineExceededError } from '../domain/errors.ts';

/** Part of the deadline kept for scoring and answering. */
const MARGIN_MS = 200;

/**
 * Starts a read and waits for it within the deadline of the request. The read goes on if the
 * wait ends first: other requests may share it.
 *
 * @throws DeadlineExceededError, also before the read if no time is left
 * @throws the reason of the signal
 */
export async function readWithinDeadline<T>(
  { deadline, signal }: { readonly deadline: Deadline; readonly signal: AbortSignal },
  read: () => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const ms = remainingMs(deadline) - MARGIN_MS;
  if (ms <= 0) throw new DeadlineExceededError();
  return await waitAtMost(read(), { ms, signal, onLate: () => new DeadlineExceededError() });
}
