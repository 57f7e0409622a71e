/** Milliseconds of the fastest of several runs: the cost of the code without other load. */
export async function fastestMs(run: () => unknown, runs = 7): Promise<number> {
  let fastest = Number.POSITIVE_INFINITY;
  for (let i = 0; i < runs; i++) {
    const startedMs = performance.now();
    await run();
    fastest = Math.min(fastest, performance.now() - startedMs);
  }
  return fastest;
}
