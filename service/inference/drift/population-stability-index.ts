import { LABELS, type Label } from '../../domain/sentiment.ts';

/** Shares of the labels, 0 to 1; they sum to 1. */
export type LabelMix = Readonly<Record<Label, number>>;

/** Lower bound of a share: a missing label would make the index infinite. */
const LEAST_SHARE = 1e-4;

/**
 * Population stability index: the distance of a label mix from its reference.
 *
 *     PSI = Σ (actual − reference) · ln(actual / reference)
 *
 * the sum of the Kullback-Leibler divergences both ways (N. Siddiqi, Credit Risk Scorecards,
 * Wiley 2006, who reads below 0.1 as stable and above 0.25 as a shift; its distribution: B.
 * Yurdakul, Statistical Properties of Population Stability Index, 2018). Shares below 0.0001
 * count as 0.0001.
 *
 * @returns 0 for equal mixes, larger the further they are apart, at most about 18.4
 */
export function populationStabilityIndex(actual: LabelMix, reference: LabelMix): number {
  return LABELS.reduce((sum, label) => {
    const a = Math.max(LEAST_SHARE, actual[label]);
    const r = Math.max(LEAST_SHARE, reference[label]);
    return sum + (a - r) * Math.log(a / r);
  }, 0);
}
