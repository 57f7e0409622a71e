import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { simulateSpotRun } from '../../../script/lib/bulk-scale/spot-losses.ts';
import { seededRandom } from '../../../script/lib/seeded-random.ts';

const RUN = { items: 100, startSeconds: 45, workSeconds: 155, concurrency: 10, lossesPerHour: 1 };

describe('a simulated run on Spot', () => {
  it('takes its rounds where no task is lost', () => {
    expect(simulateSpotRun({ ...RUN, lossesPerHour: 1e-9 }, seededRandom(1))).toEqual({
      seconds: 2_000,
      spotSeconds: 20_000,
      onDemandSeconds: 0,
      losses: 0,
    });
  });

  it('loses as often as tasks run on Spot, and pays for what was lost', () => {
    const items = 20_000;
    const { spotSeconds, onDemandSeconds, losses } = simulateSpotRun(
      { ...RUN, items },
      seededRandom(1),
    );
    // Losses of an exponential clock: their expected number is the rate times the time at risk.
    expect(losses / ((spotSeconds * RUN.lossesPerHour) / 3_600)).toBeCloseTo(1, 1);
    expect(spotSeconds + onDemandSeconds).toBeGreaterThan(items * 200);
    // Two losses in a row: (1 - exp(-200 / 3600)) squared of the items.
    const onDemand = onDemandSeconds / 200 / items;
    expect(onDemand).toBeCloseTo((1 - Math.exp(-200 / 3_600)) ** 2, 3);
  });

  it('ends, however often tasks are lost, and never before its work could be done', () => {
    fc.assert(
      fc.property(
        fc.record({
          items: fc.integer({ min: 1, max: 200 }),
          startSeconds: fc.integer({ min: 0, max: 60 }),
          workSeconds: fc.integer({ min: 1, max: 5_000 }),
          concurrency: fc.integer({ min: 1, max: 50 }),
          lossesPerHour: fc.double({ min: 0.001, max: 1_000, noNaN: true }),
        }),
        fc.nat(),
        (run, seed) => {
          const { seconds, spotSeconds, onDemandSeconds } = simulateSpotRun(
            run,
            seededRandom(seed),
          );
          const whole = run.items * (run.startSeconds + run.workSeconds);
          expect(spotSeconds + onDemandSeconds).toBeGreaterThanOrEqual(whole * (1 - 1e-9));
          expect(seconds * run.concurrency).toBeGreaterThanOrEqual(whole * (1 - 1e-9));
        },
      ),
    );
  });
});
