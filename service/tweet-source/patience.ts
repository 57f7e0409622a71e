import { type Deadline, remainingMs } from '../application/request-context.ts';
import { AbandonedError, TweetSourceFailedError } from '../domain/errors.ts';

/** Kept back from the deadline for scoring and answering. */
const MARGIN_MS = 200;

const left = () => new AbandonedError('Every caller has left.');

/**
 * How long a caller can wait for a read.
 *
 * @throws TweetSourceFailedError when its deadline leaves no time at all.
 * @throws AbandonedError when it has left already.
 */
export function patienceMs(deadline: Deadline, signal: AbortSignal): number {
  if (signal.aborted) throw left();
  const ms = remainingMs(deadline) - MARGIN_MS;
  if (ms > 0) return ms;
  throw new TweetSourceFailedError('No time is left to read the tweet; allow a longer deadline.');
}

/**
 * Waits for the work, which goes on when the wait ends first.
 *
 * @throws TweetSourceFailedError when it takes longer than `ms`.
 * @throws AbandonedError when the signal is aborted.
 */
export async function waitAtMost<T>(
  work: Promise<T>,
  { ms, signal }: { readonly ms: number; readonly signal: AbortSignal },
): Promise<T> {
  const { promise: given, reject: giveUp } = Promise.withResolvers<never>();
  const leave = () => giveUp(left());
  const timer = setTimeout(
    () => giveUp(new TweetSourceFailedError(`The tweet was not read within ${Math.round(ms)} ms.`)),
    ms,
  );
  signal.addEventListener('abort', leave, { once: true });
  try {
    return await Promise.race([work, given]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', leave);
  }
}
