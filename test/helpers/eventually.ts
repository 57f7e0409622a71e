import { setTimeout as pause } from 'node:timers/promises';

const POLL_MS = 20;

/**
 * Repeats work until it succeeds, for states of other processes that no event announces. A test
 * that takes longer than its process may is broken, so the bound is generous.
 *
 * @throws the last failure
 */
export async function eventually<T>(
  work: () => Promise<T>,
  withinMs = 240_000,
  pollMs = POLL_MS,
): Promise<T> {
  const endMs = performance.now() + withinMs;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (performance.now() > endMs) throw error;
      await pause(pollMs);
    }
  }
}
