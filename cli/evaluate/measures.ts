import { LABELS, type Label, perLabel } from '../../service/domain/sentiment.ts';
import { mean, ratio, sum } from '../kit/statistics.ts';

/** Counts by true label, then predicted label. */
export type ConfusionMatrix = Readonly<Record<Label, Readonly<Record<Label, number>>>>;

export interface Measures {
  /** Mean of the labels' recalls: TweetEval's official measure for sentiment. */
  readonly macroRecall: number;
  /** Of the macro recall, for another sample of as many texts of each label. */
  readonly standardError: number;
  readonly macroF1: number;
  readonly accuracy: number;
  readonly recall: Readonly<Record<Label, number>>;
  readonly confusion: ConfusionMatrix;
}

/** Compares predicted labels with the true ones. A label that never occurs counts 0. */
export function measure(truths: readonly Label[], predictions: readonly Label[]): Measures {
  const confusion = perLabel(() => perLabel(() => 0));
  for (const [index, truth] of truths.entries()) {
    const predicted = predictions[index];
    if (predicted !== undefined) confusion[truth][predicted]++;
  }
  return measuresOf(confusion);
}

/** The same of texts that are counted already. */
export function measuresOf(confusion: ConfusionMatrix): Measures {
  const correct = (label: Label) => confusion[label][label];
  const actual = (label: Label) => sum(LABELS.map((other) => confusion[label][other]));
  const claimed = (label: Label) => sum(LABELS.map((other) => confusion[other][label]));
  return {
    macroRecall: mean(LABELS.map((label) => ratio(correct(label), actual(label)))),
    standardError: standardErrorOf(LABELS.map((label) => [correct(label), actual(label)])),
    macroF1: mean(LABELS.map((label) => ratio(2 * correct(label), actual(label) + claimed(label)))),
    accuracy: ratio(sum(LABELS.map(correct)), sum(LABELS.map(actual))),
    recall: perLabel((label) => ratio(correct(label), actual(label))),
    confusion,
  };
}

/**
 * Standard error of a mean of recalls: the square root of the sum of their variances, divided by
 * their number. A recall of k in n has the variance of the distribution Beta(k + 1, n - k + 1), as in
 * K. Brodersen et al., The Balanced Accuracy and Its Posterior Distribution, ICPR 2010. For many
 * texts that is r (1 - r) / n; for few it is not 0 where all of them are right.
 */
export function standardErrorOf(
  recalls: readonly (readonly [correct: number, actual: number])[],
): number {
  const variances = recalls.map(([correct, actual]) => {
    const [a, b] = [correct + 1, actual - correct + 1];
    return (a * b) / ((a + b) ** 2 * (a + b + 1));
  });
  return Math.sqrt(sum(variances)) / recalls.length;
}
