import { CALIBRATION_BINS } from '../../service/contract/concept-drift.ts';
import { sum } from '../kit/statistics.ts';

/** Confidence of a prediction, and its correctness. */
export interface Claim {
  /** Probability of the label given, 0 to 1. */
  readonly confidence: number;
  readonly isRight: boolean;
}

/** Claims of about the same confidence. */
export interface CalibrationBin {
  readonly claims: number;
  /** Sum of the gaps between confidence and truth: the confidence, less 1 for a right claim. */
  readonly gap: number;
  /** Sum of the squares of these gaps. */
  readonly squaredGap: number;
}

export interface Calibration {
  readonly error: number;
  readonly standardError: number;
}

/**
 * Expected calibration error: confidences are sorted into equal bins, and the distances between
 * a bin's mean confidence and its share of right answers are averaged by the bins' sizes (C. Guo
 * et al., On Calibration of Modern Neural Networks, ICML 2017).
 *
 * @returns 0 (of the answers with a confidence of 80 %, 80 % are right) to 1; 0 for no claims
 */
export function expectedCalibrationError(claims: readonly Claim[]): number {
  return calibrationOf(binsOf(claims)).error;
}

/**
 * The same from bins, with its standard error by the delta method: with the direction of each bin's
 * gap taken as given, the error is the mean of the claims' gaps in that direction, and its variance
 * theirs divided by their number. Few claims make the error itself too large, because chance gaps
 * of the bins do not cancel (A. Kumar et al., Verified Uncertainty Calibration, NeurIPS 2019).
 */
export function calibrationOf(bins: readonly CalibrationBin[]): Calibration {
  const claims = sum(bins.map((bin) => bin.claims));
  if (claims === 0) return { error: 0, standardError: 0 };
  const error = sum(bins.map(({ gap }) => Math.abs(gap))) / claims;
  const variance = sum(bins.map(({ squaredGap }) => squaredGap)) / claims - error ** 2;
  return { error, standardError: Math.sqrt(Math.max(0, variance) / claims) };
}

function binsOf(claims: readonly Claim[]): CalibrationBin[] {
  const bins = Array.from({ length: CALIBRATION_BINS }, () => ({
    claims: 0,
    gap: 0,
    squaredGap: 0,
  }));
  for (const { confidence, isRight } of claims) {
    const bin = bins[Math.min(CALIBRATION_BINS - 1, Math.floor(confidence * CALIBRATION_BINS))];
    if (bin === undefined) continue;
    const gap = confidence - (isRight ? 1 : 0);
    bin.claims++;
    bin.gap += gap;
    bin.squaredGap += gap ** 2;
  }
  return bins;
}
