import { waitAtMost } from '../../../service/application/wait-at-most.ts';

/** Yields values of a source until the signal is aborted, even while the source is waiting. */
export async function* untilAborted<Value>(
  source: AsyncIterable<Value>,
  signal: AbortSignal,
): AsyncGenerator<Value> {
  const values = source[Symbol.asyncIterator]();
  for (;;) {
    signal.throwIfAborted();
    // Not a race with one promise for all steps: it would keep each value in memory.
    const { value, done } = await waitAtMost(values.next(), { ...UNBOUNDED, signal });
    if (done) return;
    yield value;
  }
}

const UNBOUNDED = {
  ms: Infinity,
  onLate: () => new Error('an unbounded wait was late'),
};
