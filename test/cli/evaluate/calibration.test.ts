import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Claim, expectedCalibrationError } from '../../../cli/evaluate/calibration.ts';

function claims(count: number, right: number, confidence: number): Claim[] {
  return Array.from({ length: count }, (_, index) => ({ confidence, isRight: index < right }));
}

const anyClaims = fc.array(
  fc.record({
    confidence: fc.double({ min: 0, max: 1, noNaN: true }),
    isRight: fc.boolean(),
  }),
  { minLength: 1, maxLength: 200 },
);

describe('the expected calibration error', () => {
  it('is 0 where as much is right as was claimed', () => {
    expect(expectedCalibrationError([...claims(10, 8, 0.8), ...claims(4, 2, 0.5)])).toBeCloseTo(0);
  });

  it('weighs the distances of bins by their sizes', () => {
    // Bin of 0.9: |0.9 - 0.6| of 10; bin of 0.5: |0.5 - 0.75| of 30, in the other direction.
    const both = [...claims(10, 6, 0.9), ...claims(30, 22, 0.5), ...claims(0, 0, 0.7)];
    expect(expectedCalibrationError(both)).toBeCloseTo((10 * 0.3 + 30 * (22 / 30 - 0.5)) / 40, 12);
  });

  it('lets errors within a bin cancel, as its mean does', () => {
    // 0.61 and 0.65 share the bin from 9/15 to 10/15: mean 0.63, of which 50 % are right.
    const mixed = [...claims(1, 1, 0.61), ...claims(1, 0, 0.65)];
    expect(expectedCalibrationError(mixed)).toBeCloseTo(0.13, 12);
  });

  it('counts full certainty in the last bin', () => {
    expect(expectedCalibrationError(claims(4, 1, 1))).toBeCloseTo(0.75);
    expect(expectedCalibrationError(claims(4, 4, 1))).toBe(0);
  });

  it('lies between 0 and 1, and never below the distance of the means', () => {
    fc.assert(
      fc.property(anyClaims, (some) => {
        const error = expectedCalibrationError(some);
        const mean = (of: (claim: Claim) => number) =>
          some.reduce((sum, claim) => sum + of(claim), 0) / some.length;
        const distance = mean(({ confidence }) => confidence) - mean(({ isRight }) => +isRight);
        expect(error).toBeGreaterThanOrEqual(Math.abs(distance) - 1e-9);
        expect(error).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('is 0 for nothing', () => {
    expect(expectedCalibrationError([])).toBe(0);
  });
});
