import { describe, expect, it } from '@jest/globals';
import { OverloadedError } from '../../../../service/domain/errors.ts';
import { AcceptedWork, UNDER_WAY } from '../../../../service/inference/scheduling/accepted-work.ts';
import { Admission } from '../../../../service/inference/scheduling/admission.ts';
import { DrainRate, textCost } from '../../../../service/inference/scheduling/drain-rate.ts';

/** One worker unless told otherwise; a unit of cost takes 1 ms. `cost` is under way. */
function setUp(
  options: { cost?: number; waiters?: number; maxTexts?: number; workers?: number } = {},
) {
  const drainRate = new DrainRate();
  for (let i = 0; i < 1000; i++) drainRate.learn({ texts: 1, units: 100, ms: 100 }, 0);
  const work = new AcceptedWork();
  if (options.cost !== undefined) work.add(options.cost, UNDER_WAY);
  const admission = new Admission({
    workers: options.workers ?? 1,
    maxTexts: options.maxTexts ?? 100,
    drainRate,
    work,
    waiters: () => options.waiters ?? 0,
  });
  return { admission, drainRate, work };
}

function refusal(run: () => unknown): OverloadedError {
  try {
    run();
  } catch (error) {
    if (error instanceof OverloadedError) return error;
    throw error;
  }
  throw new Error('Nothing was refused');
}

describe('admission', () => {
  it('accepts what is answered in time even if the work ahead takes twice as long', () => {
    const { admission } = setUp({ cost: 400 });
    // 800 ms for the 400 units ahead, and a quarter more than its own 160: 1 s.
    expect(() => admission.check(1, 160, { atMs: 1000 }, 0)).not.toThrow();
    expect(() => admission.check(1, 161, { atMs: 1000 }, 0)).toThrow(OverloadedError);
  });

  it('accepts a long batch when there is nothing else to do', () => {
    const { admission } = setUp();
    expect(() => admission.check(1, 800, { atMs: 1000 }, 0)).not.toThrow();
    expect(() => admission.check(1, 801, { atMs: 1000 }, 0)).toThrow(OverloadedError);
  });

  it('counts as ahead only what is due no later', () => {
    const { admission, work } = setUp();
    work.add(400, 1000);
    work.add(4000, 20_000);
    expect(() => admission.check(1, 160, { atMs: 1000 }, 0)).not.toThrow();
    expect(() => admission.check(1, 161, { atMs: 1000 }, 0)).toThrow(OverloadedError);
  });

  it('refuses what would make accepted work late that is due later', () => {
    const { admission, work } = setUp();
    // Left alone it needs 7 s with safety, of 8; what is new counts twice.
    work.add(5600, 8000);
    expect(() => admission.check(1, 500, { atMs: 2000 }, 0)).not.toThrow();
    const error = refusal(() => admission.check(1, 501, { atMs: 2000 }, 0));
    expect(error.retryAfterSeconds).toBe(1);
  });

  it('refuses nothing for the sake of work that will be late in any case', () => {
    const { admission, work } = setUp();
    work.add(5600, 5500);
    expect(() => admission.check(1, 500, { atMs: 2000 }, 0)).not.toThrow();
  });

  it('says when what it refuses could be accepted', () => {
    const { admission } = setUp({ cost: 4000 });
    const error = refusal(() => admission.check(1, 800, { atMs: 2000 }, 0));
    // 9 s are needed where 2 s are left; the work ahead counts twice and drains in half of that.
    expect(error.retryAfterSeconds).toBe(4);
  });

  it('never tells a caller to come back at once', () => {
    const { admission } = setUp({ cost: 500 });
    expect(refusal(() => admission.check(1, 10, { atMs: 1000 }, 0)).retryAfterSeconds).toBe(1);
  });

  it('divides the work among the workers', () => {
    const { admission } = setUp({ cost: 1600, workers: 4 });
    expect(() => admission.check(1, 640, { atMs: 1000 }, 0)).not.toThrow();
    expect(() => admission.check(1, 641, { atMs: 1000 }, 0)).toThrow(OverloadedError);
  });

  it('counts the time that has passed against the deadline', () => {
    const { admission } = setUp({ cost: 400 });
    expect(() => admission.check(1, 160, { atMs: 1000 }, 1)).toThrow(OverloadedError);
  });

  it('counts what is held as ahead, until it is released', () => {
    const { admission } = setUp();
    const held = admission.hold(1, 400, { atMs: 1000 }, 0);
    expect(() => admission.check(1, 161, { atMs: 1000 }, 0)).toThrow(OverloadedError);
    held.release();
    held.release();
    expect(() => admission.check(1, 800, { atMs: 1000 }, 0)).not.toThrow();
    expect(() => admission.check(1, 801, { atMs: 1000 }, 0)).toThrow(OverloadedError);
  });

  it('releases what it held, even if the deadline has moved since', () => {
    const { admission, work } = setUp();
    const deadline = { atMs: 1000 };
    const held = admission.hold(1, 400, deadline, 0);
    deadline.atMs = 5000;
    held.release();
    expect(work.cost).toBe(0);
  });

  it('holds nothing when it refuses', () => {
    const { admission } = setUp();
    expect(() => admission.hold(1, 900, { atMs: 1000 }, 0)).toThrow(OverloadedError);
    expect(() => admission.check(1, 800, { atMs: 1000 }, 0)).not.toThrow();
  });

  it('bounds the number of texts, however patient their callers', () => {
    const { admission } = setUp({ waiters: 60 });
    const patient = { atMs: 1e9 };
    admission.hold(40, 1, patient, 0);
    const error = refusal(() => admission.check(1, 1, patient, 0));
    expect(error.message).toMatch(/works on 100 texts/);
    expect(error.retryAfterSeconds).toBeGreaterThanOrEqual(1);
  });
});

describe('the drain rate', () => {
  it('learns what a unit of cost takes and how long texts are', () => {
    const { drainRate } = setUp();
    expect(drainRate.msPerUnit(0)).toBeCloseTo(1, 2);
    expect(drainRate.unitsPerText).toBeCloseTo(100, 0);
  });

  it('follows a machine that becomes slower', () => {
    const { drainRate } = setUp();
    for (let i = 0; i < 60; i++) drainRate.learn({ texts: 1, units: 100, ms: 300 }, 0);
    expect(drainRate.msPerUnit(0)).toBeGreaterThan(2.8);
  });

  it('follows a machine that becomes far slower', () => {
    const { drainRate } = setUp();
    for (let i = 0; i < 60; i++) drainRate.learn({ texts: 1, units: 100, ms: 5000 }, 0);
    expect(drainRate.msPerUnit(0)).toBeGreaterThan(40);
  });

  it('is not upset by one batch during which the process stood still', () => {
    const { drainRate } = setUp();
    drainRate.learn({ texts: 1, units: 100, ms: 600_000 }, 600_000);
    expect(drainRate.msPerUnit(600_000)).toBeLessThan(1.3);
  });

  it('forgets a time so slow that everything was refused, so that the engine tries again', () => {
    const { admission, drainRate } = setUp();
    for (let i = 0; i < 60; i++) drainRate.learn({ texts: 1, units: 100, ms: 10_000 }, 0);
    const tryAt = (nowMs: number) => admission.check(1, 100, { atMs: nowMs + 2000 }, nowMs);
    expect(() => tryAt(0)).toThrow(OverloadedError);
    expect(() => tryAt(60_000)).not.toThrow();
  });

  it('remembers a machine that is fast, however long nothing happens', () => {
    const drainRate = new DrainRate();
    for (let i = 0; i < 200; i++) drainRate.learn({ texts: 1, units: 100, ms: 10 }, 0);
    expect(drainRate.msPerUnit(1e9)).toBeCloseTo(0.1, 2);
  });

  it('counts a text as more than its tokens', () => {
    expect(textCost(20)).toBeGreaterThan(20);
    expect(4 * textCost(5)).toBeGreaterThan(textCost(20));
  });
});
