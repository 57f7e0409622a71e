import { describe, expect, it, jest } from '@jest/globals';
import {
  type Load,
  MINILM,
  type Outcome,
  ROBERTA_BASE,
  simulate,
} from './helpers/engine-simulation.ts';

// Bound by CPU time: the limit ends a test that hangs, even on a busy machine.
jest.setTimeout(300_000);

const DURATION_MS = 20_000;

function run(load: Partial<Load> & Pick<Load, 'requestsPerSecond'>): Outcome {
  return simulate({ durationMs: DURATION_MS, deadlineMs: 2000, costs: ROBERTA_BASE, ...load });
}

function perSecond({ answered }: Outcome): number {
  return (answered / DURATION_MS) * 1000;
}

describe('two workers on a virtual clock', () => {
  /** Answers per second when far more requests arrive than can be answered. */
  const capacity = perSecond(run({ requestsPerSecond: 1000 }));

  it('answer every request within 100 ms under a light load', () => {
    const calm = run({ requestsPerSecond: capacity * 0.3 });
    expect([calm.refused, calm.late]).toEqual([0, 0]);
    expect(Math.max(...calm.waitsMs)).toBeLessThan(100);
  });

  it('reject no request just below their capacity', () => {
    const busy = run({ requestsPerSecond: capacity * 0.9 });
    expect([busy.refused, busy.late]).toEqual([0, 0]);
  });

  it('answer as many requests at twice their capacity', () => {
    const overloaded = run({ requestsPerSecond: capacity * 2 });
    expect(perSecond(overloaded)).toBeGreaterThan(0.95 * capacity);
    expect(overloaded.refused).toBeGreaterThan(0);
  });

  it('compute little padding', () => {
    const { realTokens, paddedTokens } = run({ requestsPerSecond: capacity * 2 });
    expect(realTokens / paddedTokens).toBeGreaterThan(0.93);
  });
});

describe('two workers at twice their capacity answer every accepted request in time', () => {
  const models = { 'a RoBERTa-base': ROBERTA_BASE, 'the embedded model': MINILM };
  const machines: Record<string, (nowMs: number) => number> = {
    'as fast as ever': () => 1,
    'half as slow again for 3 s of 10': (nowMs) => (nowMs % 10_000 < 3000 ? 1.5 : 1),
    'half as fast for half a second of four': (nowMs) => (nowMs % 4000 < 500 ? 2 : 1),
    'slower and slower': (nowMs) => 1 + nowMs / DURATION_MS,
  };
  const cases = Object.entries(models).flatMap(([model, costs]) =>
    Object.entries(machines).map(([machine, slowness]) => ({ model, costs, machine, slowness })),
  );

  it.each(cases)('with $model on a machine that is $machine', ({ costs, slowness }) => {
    const capacity = perSecond(run({ costs, requestsPerSecond: 2000, noise: 0.3, slowness }));
    for (const seed of [1, 2]) {
      const load = { costs, requestsPerSecond: 2 * capacity, noise: 0.3, slowness, seed };
      const { answered, late, refused } = run(load);
      expect(late).toBe(0);
      expect(refused).toBeGreaterThan(0.4 * (answered + refused));
      expect((answered / DURATION_MS) * 1000).toBeGreaterThan(0.95 * capacity);
    }
  });
});

describe('requests of many texts beside requests of one text', () => {
  const capacity = perSecond(run({ requestsPerSecond: 1000 }));
  /** Each keeps two workers busy for most of a second. */
  const bulk = { everyMs: 1500, texts: 128, deadlineMs: 10_000 };

  it('leave room for requests of one text', () => {
    const mixed = run({ requestsPerSecond: capacity * 0.5, bulk });
    expect([mixed.refused, mixed.late]).toEqual([0, 0]);
    expect(mixed.bulk).toEqual({ answered: 14, refused: 0, late: 0 });
  });

  it('are rejected or in time when there are too many of both', () => {
    const mixed = run({ requestsPerSecond: capacity * 2, noise: 0.3, bulk });
    expect([mixed.late, mixed.bulk.late]).toEqual([0, 0]);
  });
});
