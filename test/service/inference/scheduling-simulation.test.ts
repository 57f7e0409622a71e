import { describe, expect, it } from '@jest/globals';
import {
  type Load,
  MINILM,
  type ModelCosts,
  type Outcome,
  ROBERTA_BASE,
  simulate,
} from './helpers/engine-simulation.ts';

// Bound by CPU time: the limit ends a test that hangs, even on a busy machine.

interface Subject {
  readonly costs: ModelCosts;
  readonly durationMs: number;
  /** More than twice as many requests as two workers can answer. */
  readonly saturatingPerSecond: number;
}

const ROBERTA: Subject = { costs: ROBERTA_BASE, durationMs: 20_000, saturatingPerSecond: 400 };
/** Answers five times as many requests, so half the time holds enough of them. */
const EMBEDDED: Subject = { costs: MINILM, durationMs: 10_000, saturatingPerSecond: 2000 };

type Run = Partial<Load> & Pick<Load, 'requestsPerSecond'>;

function run({ costs, durationMs }: Subject, load: Run): Outcome {
  return simulate({ durationMs, deadlineMs: 2000, costs, ...load });
}

function perSecond({ durationMs }: Subject, { answered }: Outcome): number {
  return (answered / durationMs) * 1000;
}

/** Answers per second when far more requests arrive than can be answered. */
function capacityOf(subject: Subject, load: Partial<Load> = {}): number {
  const requestsPerSecond = subject.saturatingPerSecond;
  return perSecond(subject, run(subject, { ...load, requestsPerSecond }));
}

describe('two workers on a virtual clock', () => {
  const capacity = capacityOf(ROBERTA);

  it('answer every request within 100 ms under a light load', () => {
    const calm = run(ROBERTA, { requestsPerSecond: capacity * 0.3 });
    expect([calm.refused, calm.late]).toEqual([0, 0]);
    expect(Math.max(...calm.waitsMs)).toBeLessThan(100);
  });

  it('reject no request just below their capacity', () => {
    const busy = run(ROBERTA, { requestsPerSecond: capacity * 0.9 });
    expect([busy.refused, busy.late]).toEqual([0, 0]);
  });

  it('answer as many requests at twice their capacity, with little padding', () => {
    const overloaded = run(ROBERTA, { requestsPerSecond: capacity * 2 });
    expect(perSecond(ROBERTA, overloaded)).toBeGreaterThan(0.95 * capacity);
    expect(overloaded.refused).toBeGreaterThan(0);
    expect(overloaded.realTokens / overloaded.paddedTokens).toBeGreaterThan(0.93);
  });

  it('compute no padding, and as many texts, in batches of equal lengths', () => {
    const equal = run(ROBERTA, { requestsPerSecond: capacity * 2, batchLengths: 'equal' });
    expect(equal.paddedTokens).toBe(equal.realTokens);
    expect(perSecond(ROBERTA, equal)).toBeGreaterThan(0.98 * capacity);
    expect(equal.late).toBe(0);
  });
});

describe('two workers at twice their capacity answer every accepted request in time', () => {
  const models = { 'a RoBERTa-base': ROBERTA, 'the embedded model': EMBEDDED };
  /** Slowdown factor of the machine at a moment, in a run of this duration. */
  const machines: Record<string, (nowMs: number, durationMs: number) => number> = {
    'at a constant speed': () => 1,
    '1.5 times slower for 3 s of 10': (nowMs) => (nowMs % 10_000 < 3000 ? 1.5 : 1),
    'half as fast for 0.5 s of 4': (nowMs) => (nowMs % 4000 < 500 ? 2 : 1),
    'slowing down to half its speed': (nowMs, durationMs) => 1 + nowMs / durationMs,
  };
  const cases = Object.entries(models).flatMap(([model, subject]) =>
    Object.entries(machines).map(([machine, slownessAt]) => ({
      model,
      subject,
      machine,
      slowness: (nowMs: number) => slownessAt(nowMs, subject.durationMs),
    })),
  );

  it.each(cases)('with $model on a machine $machine', ({ subject, slowness }) => {
    const capacity = capacityOf(subject, { noise: 0.3, slowness });
    for (const seed of [1, 2]) {
      const load = { requestsPerSecond: 2 * capacity, noise: 0.3, slowness, seed };
      const outcome = run(subject, load);
      const { answered, late, refused } = outcome;
      expect(late).toBe(0);
      expect(refused).toBeGreaterThan(0.4 * (answered + refused));
      expect(perSecond(subject, outcome)).toBeGreaterThan(0.95 * capacity);
    }
  });
});

describe('requests of many texts beside requests of one text', () => {
  const capacity = capacityOf(ROBERTA);
  /** Each keeps two workers busy for most of a second. */
  const bulk = { everyMs: 1500, texts: 128, deadlineMs: 10_000 };

  it('leave room for requests of one text', () => {
    const mixed = run(ROBERTA, { requestsPerSecond: capacity * 0.5, bulk });
    expect([mixed.refused, mixed.late]).toEqual([0, 0]);
    expect(mixed.bulk).toEqual({ answered: 14, refused: 0, late: 0 });
  });

  it('are rejected or in time when there are too many of both', () => {
    const mixed = run(ROBERTA, { requestsPerSecond: capacity * 2, noise: 0.3, bulk });
    expect([mixed.late, mixed.bulk.late]).toEqual([0, 0]);
  });
});
