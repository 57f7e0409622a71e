import { seededRandom } from '../../script/lib/seeded-random.ts';

/**
 * Send times in ms from the start, as independent users cause them: exponential gaps with the
 * given mean rate.
 */
export function* poissonArrivals(
  ratePerSecond: number,
  durationMs: number,
  seed: number,
): Generator<number> {
  const random = seededRandom(seed);
  const meanGapMs = 1000 / ratePerSecond;
  let atMs = 0;
  while (true) {
    atMs -= Math.log(1 - random()) * meanGapMs;
    if (atMs >= durationMs) return;
    yield atMs;
  }
}
