import { describe, expect, it } from '@jest/globals';
import { OverloadedError } from '../../../service/errors.ts';
import { Admission } from '../../../service/inference/admission.ts';
import { DrainRate, textCost } from '../../../service/inference/drain-rate.ts';
import { type Batch, Scheduler } from '../../../service/inference/scheduler.ts';

const WORKERS = 2;
const DEADLINE_MS = 2000;
const DURATION_MS = 20_000;

interface Request {
  readonly length: number;
  readonly arrivedAtMs: number;
}

interface Outcome {
  readonly answered: Request[];
  readonly waitsMs: number[];
  refused: number;
  late: number;
  realTokens: number;
  paddedTokens: number;
}

/** A reproducible stream of numbers from 0 to 1 (mulberry32). */
function randomStream(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** RoBERTa-base on one thread: 3 ms a batch, 2 ms a text, 0.37 ms a padded token. */
function batchMs(batch: Batch<Request>): number {
  const longest = Math.max(...batch.entries.map(({ ids }) => ids.length));
  return 3 + batch.entries.length * (2 + 0.37 * longest);
}

/** Runs two workers on a virtual clock against Poisson arrivals of posts. */
function simulate(requestsPerSecond: number): Outcome {
  const random = randomStream(7);
  const drainRate = new DrainRate();
  const scheduler = new Scheduler<Request>({
    workers: WORKERS,
    tokenBudget: 256,
    maxTokens: 256,
    maxPassOverMs: 50,
  });
  let runningCost = 0;
  const admission = new Admission({
    workers: WORKERS,
    maxTexts: 20_000,
    drainRate,
    backlog: () => ({ cost: scheduler.queuedCost + runningCost, texts: scheduler.waiters }),
  });
  const outcome: Outcome = {
    answered: [],
    waitsMs: [],
    refused: 0,
    late: 0,
    realTokens: 0,
    paddedTokens: 0,
  };
  const busyUntil: ({ ms: number; startedMs: number; batch: Batch<Request> } | null)[] = [
    null,
    null,
  ];
  let serial = 0;
  let arrivalMs = 0;

  const arrive = (nowMs: number) => {
    const length = Math.min(
      256,
      Math.max(4, Math.round(Math.exp(3.2 + 0.5 * (2 * random() + random() - 1.5)))),
    );
    try {
      admission.check(1, textCost(length), { atMs: nowMs + DEADLINE_MS }, nowMs);
    } catch (error) {
      if (!(error instanceof OverloadedError)) throw error;
      outcome.refused++;
      return;
    }
    const ids = Array.from({ length }, (_, i) => (i === 0 ? serial++ : i));
    const caller = { length, arrivedAtMs: nowMs };
    scheduler.add(ids, { caller, deadlineAtMs: nowMs + DEADLINE_MS }, nowMs);
  };
  const dispatch = (nowMs: number) => {
    for (const [worker, running] of busyUntil.entries()) {
      if (running !== null) continue;
      const { batch, expired } = scheduler.take(nowMs);
      outcome.late += expired.flat().length;
      if (batch === null) return;
      const lengths = batch.entries.map(({ ids }) => ids.length);
      outcome.realTokens += lengths.reduce((sum, length) => sum + length, 0);
      outcome.paddedTokens += Math.max(...lengths) * lengths.length;
      for (const { enqueuedAtMs } of batch.entries) outcome.waitsMs.push(nowMs - enqueuedAtMs);
      runningCost += costOf(batch);
      busyUntil[worker] = { ms: nowMs + batchMs(batch), startedMs: nowMs, batch };
    }
  };
  const finish = (worker: number, nowMs: number) => {
    const running = busyUntil[worker];
    if (running === null || running === undefined) return;
    busyUntil[worker] = null;
    runningCost -= costOf(running.batch);
    drainRate.learn({
      texts: running.batch.entries.length,
      units: costOf(running.batch),
      ms: nowMs - running.startedMs,
    });
    for (const { caller, deadlineAtMs } of scheduler.finish(running.batch).flat()) {
      if (nowMs > deadlineAtMs) outcome.late++;
      else outcome.answered.push(caller);
    }
  };

  for (;;) {
    const ends = busyUntil.map((running) => running?.ms ?? Number.POSITIVE_INFINITY);
    const nextEndMs = Math.min(...ends);
    const nextArrivalMs = arrivalMs < DURATION_MS ? arrivalMs : Number.POSITIVE_INFINITY;
    const nowMs = Math.min(nextEndMs, nextArrivalMs);
    if (nowMs === Number.POSITIVE_INFINITY) return outcome;
    if (nextEndMs <= nextArrivalMs) finish(ends.indexOf(nextEndMs), nowMs);
    else {
      arrive(nowMs);
      arrivalMs += (-Math.log(1 - random()) * 1000) / requestsPerSecond;
    }
    dispatch(nowMs);
  }
}

function costOf(batch: Batch<Request>): number {
  return batch.entries.reduce((sum, { ids }) => sum + textCost(ids.length), 0);
}

function perSecond({ answered }: Outcome): number {
  return (answered.length / DURATION_MS) * 1000;
}

describe('two workers on a virtual clock', () => {
  /** What is answered when far more arrives than can be. */
  const capacity = perSecond(simulate(1000));

  it('answer everything at once while there is little to do', () => {
    const calm = simulate(capacity * 0.3);
    expect([calm.refused, calm.late]).toEqual([0, 0]);
    expect(Math.max(...calm.waitsMs)).toBeLessThan(100);
  });

  it('refuse nothing just below their capacity', () => {
    const busy = simulate(capacity * 0.9);
    expect([busy.refused, busy.late]).toEqual([0, 0]);
  });

  it('keep answering at twice their capacity, and keep what they promised', () => {
    const overloaded = simulate(capacity * 2);
    expect(perSecond(overloaded)).toBeGreaterThan(0.95 * capacity);
    expect(overloaded.refused).toBeGreaterThan(0);
    expect(overloaded.late).toBeLessThan(0.01 * overloaded.answered.length);
  });

  it('compute little padding', () => {
    const { realTokens, paddedTokens } = simulate(capacity * 2);
    expect(realTokens / paddedTokens).toBeGreaterThan(0.93);
  });
});
