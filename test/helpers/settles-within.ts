/**
 * Resolves to whether the work settles, either way, before a timer that is set at the same moment.
 * Unlike a reading of the clock it holds on a busy machine: a process that stalls delays both, and
 * work whose end has arrived by then is handled first.
 */
export async function settlesWithin(ms: number, work: Promise<unknown>): Promise<boolean> {
  const { promise: late, resolve } = Promise.withResolvers<boolean>();
  // After a stall the timer comes before what sockets have received: one more turn reads them.
  const timer = setTimeout(() => setImmediate(() => setImmediate(() => resolve(false))), ms);
  const settled = work.then(
    () => true,
    () => true,
  );
  try {
    return await Promise.race([settled, late]);
  } finally {
    clearTimeout(timer);
  }
}
