import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { LABELS } from '../../../../service/domain/sentiment.ts';
import { DriftWindow, type Observation } from '../../../../service/inference/drift/drift-window.ts';

const observations: fc.Arbitrary<Observation> = fc
  .record({
    label: fc.constantFrom(...LABELS),
    confidence: fc.double({ min: 1 / 3, max: 1, noNaN: true }),
    tokens: fc.integer({ min: 1, max: 510 }),
    unknown: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  .map(({ unknown, ...rest }) => ({ ...rest, unknownTokens: Math.floor(unknown * rest.tokens) }));

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

describe('the drift window', () => {
  it('has no summary while it is empty', () => {
    expect(new DriftWindow(3).summary()).toBeNull();
  });

  it('summarizes the last predictions as a recount would', () => {
    fc.assert(
      fc.property(
        fc.array(observations, { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 1, max: 20 }),
        (all, size) => {
          const window = new DriftWindow(size);
          for (const observation of all) window.add(observation);
          const last = all.slice(-size);
          const summary = window.summary();
          expect(summary?.predictions).toBe(last.length);
          for (const label of LABELS) {
            const share = last.filter((one) => one.label === label).length / last.length;
            expect(summary?.labelMix[label]).toBeCloseTo(share, 12);
          }
          const confidence = sum(last.map((one) => one.confidence)) / last.length;
          expect(Math.abs(summary!.meanConfidence - confidence)).toBeLessThanOrEqual(
            0.00005 + 1e-9,
          );
          const unknown =
            sum(last.map((one) => one.unknownTokens)) / sum(last.map((one) => one.tokens));
          expect(summary?.unknownTokenShare).toBeCloseTo(unknown, 12);
        },
      ),
    );
  });

  it('has exact sums after any number of predictions', () => {
    const window = new DriftWindow(10);
    for (let i = 0; i < 100_000; i++) {
      window.add({
        label: 'negative',
        confidence: 0.1 + (i % 7) / 10,
        tokens: 30,
        unknownTokens: 3,
      });
    }
    for (let i = 0; i < 10; i++) {
      window.add({ label: 'positive', confidence: 0.5, tokens: 4, unknownTokens: 1 });
    }
    expect(window.summary()).toEqual({
      predictions: 10,
      labelMix: { negative: 0, neutral: 0, positive: 1 },
      meanConfidence: 0.5,
      unknownTokenShare: 0.25,
    });
  });
});
