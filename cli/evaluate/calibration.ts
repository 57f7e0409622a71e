/** What a model was sure of, and whether it was right. */
export interface Claim {
  /** Probability of the label given, 0 to 1. */
  readonly confidence: number;
  readonly isRight: boolean;
}

/** As in the paper below; more bins make the figure larger where there are few texts. */
const BINS = 15;

/**
 * Expected calibration error: confidences are sorted into equal bins, and the distances between
 * a bin's mean confidence and its share of right answers are averaged by the bins' sizes (C. Guo
 * et al., On Calibration of Modern Neural Networks, ICML 2017).
 *
 * @returns 0 (of what is said with 80 %, 80 % is right) to 1; 0 for no claims
 */
export function expectedCalibrationError(claims: readonly Claim[]): number {
  const gaps = new Array<number>(BINS).fill(0);
  for (const { confidence, isRight } of claims) {
    const bin = Math.min(BINS - 1, Math.floor(confidence * BINS));
    gaps[bin] = (gaps[bin] ?? 0) + confidence - (isRight ? 1 : 0);
  }
  const sum = gaps.reduce((total, gap) => total + Math.abs(gap), 0);
  return claims.length === 0 ? 0 : sum / claims.length;
}
