import { describe, expect, it } from '@jest/globals';
import { OverloadedError } from '../../../../service/domain/errors.ts';
import { AcceptedWork, RUNNING } from '../../../../service/inference/scheduling/accepted-work.ts';
import { Admission } from '../../../../service/inference/scheduling/admission.ts';
import { DrainRate, textCost } from '../../../../service/inference/scheduling/drain-rate.ts';

/** One worker by default; a unit of cost takes 1 ms. Work of `cost` is running. */
function setUp(
  options: { cost?: number; acceptedTexts?: number; maxTexts?: number; workers?: number } = {},
) {
  const drainRate = new DrainRate();
  for (let i = 0; i < 1000; i++) drainRate.learn({ texts: 1, units: 100, ms: 100 }, 0);
  const work = new AcceptedWork();
  if (options.cost !== undefined) work.add(options.cost, RUNNING);
  const admission = new Admission({
    workers: options.workers ?? 1,
    maxTexts: options.maxTexts ?? 100,
    drainRate,
    accepted: { work, acceptedTexts: options.acceptedTexts ?? 0 },
  });
  return { admission, drainRate, work };
}

function rejection(run: () => unknown): OverloadedError {
  try {
    run();
  } catch (error) {
    if (error instanceof OverloadedError) return error;
    throw error;
  }
  throw new Error('Nothing was rejected');
}

describe('admission', () => {
  it('accepts a text that is in time even if the work ahead takes twice as long', () => {
    const { admission } = setUp({ cost: 400 });
    // 800 ms for the 400 units ahead, and a quarter more than its own 160: 1 s.
    expect(() => admission.check(1, 160, 1000, 0)).not.toThrow();
    expect(() => admission.check(1, 161, 1000, 0)).toThrow(OverloadedError);
  });

  it('accepts any batch when there is nothing else to do: its deadline protects', () => {
    const { admission } = setUp();
    expect(() => admission.check(1, 1_000_000, 1000, 0)).not.toThrow();
  });

  it('adds a quarter to the own time of a batch beside other work', () => {
    const beside = setUp({ acceptedTexts: 1 }).admission;
    expect(() => beside.check(1, 800, 1000, 0)).not.toThrow();
    expect(() => beside.check(1, 801, 1000, 0)).toThrow(OverloadedError);
  });

  it('tells a batch that takes too long by itself from one that other work delays', () => {
    const beside = setUp({ cost: 400, acceptedTexts: 1 }).admission;
    expect(rejection(() => beside.check(2, 800, 1000, 0)).extensions).toEqual({});
    expect(rejection(() => beside.check(2, 801, 1000, 0)).extensions).toEqual({
      exceedsDeadline: true,
    });
  });

  it('counts only work that is due no later as ahead', () => {
    const { admission, work } = setUp();
    work.add(400, 1000);
    work.add(4000, 20_000);
    expect(() => admission.check(1, 160, 1000, 0)).not.toThrow();
    expect(() => admission.check(1, 161, 1000, 0)).toThrow(OverloadedError);
  });

  it('rejects a text that would make accepted work late that is due later', () => {
    const { admission, work } = setUp();
    // Left alone it needs 7 s with safety, of 8; what is new counts twice.
    work.add(5600, 8000);
    expect(() => admission.check(1, 500, 2000, 0)).not.toThrow();
    const error = rejection(() => admission.check(1, 501, 2000, 0));
    expect(error.retryAfterSeconds).toBe(1);
  });

  it('rejects nothing for the sake of work that is late in any case', () => {
    const { admission, work } = setUp();
    work.add(5600, 5500);
    expect(() => admission.check(1, 500, 2000, 0)).not.toThrow();
  });

  it('tells when a rejected text could be accepted', () => {
    const { admission } = setUp({ cost: 4000 });
    const error = rejection(() => admission.check(1, 800, 2000, 0));
    // 9 s are needed where 2 s are left; the work ahead counts twice and drains in half of that.
    expect(error.retryAfterSeconds).toBe(4);
  });

  it('tells a caller to come back in a second at the earliest', () => {
    const { admission } = setUp({ cost: 500 });
    expect(rejection(() => admission.check(1, 10, 1000, 0)).retryAfterSeconds).toBe(1);
  });

  it('divides the work among the workers', () => {
    const { admission } = setUp({ cost: 1600, workers: 4 });
    expect(() => admission.check(1, 640, 1000, 0)).not.toThrow();
    expect(() => admission.check(1, 641, 1000, 0)).toThrow(OverloadedError);
  });

  it('counts the time that has passed against the deadline', () => {
    const { admission } = setUp({ cost: 400 });
    expect(() => admission.check(1, 160, 1000, 1)).toThrow(OverloadedError);
  });

  it('bounds the number of texts, whatever their deadlines', () => {
    const { admission } = setUp({ acceptedTexts: 100 });
    const error = rejection(() => admission.check(1, 1, 1e9, 0));
    expect(error.message).toMatch(/works on 100 texts/);
    expect(error.retryAfterSeconds).toBeGreaterThanOrEqual(1);
  });
});

describe('30 simultaneous batches of 128 long texts on a fresh process', () => {
  it('are accepted as far as the deadline allows if work ahead takes twice as long', () => {
    const drainRate = new DrainRate();
    // The start-up check on the embedded model: short texts, 0.08 ms a unit.
    for (let i = 0; i < 64; i++) drainRate.learn({ texts: 4, units: 160, ms: 13 }, 0);
    drainRate.calibrate();
    const [workers, deadlineMs, cost] = [2, 10_000, 128 * textCost(256)];
    const work = new AcceptedWork();
    let accepted = 0;
    const admission = new Admission({
      workers,
      maxTexts: 20_000,
      drainRate,
      accepted: {
        work,
        get acceptedTexts() {
          return 128 * accepted;
        },
      },
    });
    for (let i = 0; i < 30; i++) {
      try {
        admission.check(128, cost, deadlineMs, 0);
      } catch {
        continue;
      }
      work.add(cost, deadlineMs);
      accepted++;
    }
    const possible = Math.floor((workers * deadlineMs) / (cost * drainRate.msPerUnit(0)));
    expect(possible).toBe(7);
    expect(accepted).toBe(Math.floor(possible / 2));
  });
});

describe('the drain rate', () => {
  it('learns the time of a unit of cost and the length of texts', () => {
    const { drainRate } = setUp();
    expect(drainRate.msPerUnit(0)).toBeCloseTo(1, 2);
    expect(drainRate.unitsPerText).toBeCloseTo(100, 0);
  });

  it('follows a machine that slows down', () => {
    const { drainRate } = setUp();
    for (let i = 0; i < 60; i++) drainRate.learn({ texts: 1, units: 100, ms: 300 }, 0);
    expect(drainRate.msPerUnit(0)).toBeGreaterThan(2.8);
  });

  it('follows a machine that slows down a lot', () => {
    const { drainRate } = setUp();
    for (let i = 0; i < 60; i++) drainRate.learn({ texts: 1, units: 100, ms: 5000 }, 0);
    expect(drainRate.msPerUnit(0)).toBeGreaterThan(40);
  });

  it('hardly changes for one batch during which the process was suspended', () => {
    const { drainRate } = setUp();
    drainRate.learn({ texts: 1, units: 100, ms: 600_000 }, 600_000);
    expect(drainRate.msPerUnit(600_000)).toBeLessThan(1.3);
  });

  it('forgets a rate so slow that everything was rejected, so that the engine tries again', () => {
    const { admission, drainRate } = setUp({ acceptedTexts: 1 });
    for (let i = 0; i < 60; i++) drainRate.learn({ texts: 1, units: 100, ms: 10_000 }, 0);
    const tryAt = (nowMs: number) => admission.check(1, 100, nowMs + 2000, nowMs);
    expect(() => tryAt(0)).toThrow(OverloadedError);
    expect(() => tryAt(60_000)).not.toThrow();
  });

  it('decays to what the start-up check measured, on fast machines and on slow ones', () => {
    for (const startUpMs of [5, 500]) {
      const drainRate = new DrainRate();
      for (let i = 0; i < 1000; i++) drainRate.learn({ texts: 1, units: 100, ms: startUpMs }, 0);
      drainRate.calibrate();
      for (let i = 0; i < 1000; i++) drainRate.learn({ texts: 1, units: 100, ms: 10_000 }, 0);
      expect(drainRate.msPerUnit(600_000)).toBeCloseTo(startUpMs / 100, 2);
    }
  });

  it('keeps the rate of a fast machine without new measurements', () => {
    const drainRate = new DrainRate();
    for (let i = 0; i < 200; i++) drainRate.learn({ texts: 1, units: 100, ms: 10 }, 0);
    expect(drainRate.msPerUnit(1e9)).toBeCloseTo(0.1, 2);
  });

  it('counts a text as more than its tokens', () => {
    expect(textCost(20)).toBeGreaterThan(20);
    expect(4 * textCost(5)).toBeGreaterThan(textCost(20));
  });
});
