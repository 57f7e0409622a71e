import { LABELS, type Label, perLabel } from '../../service/domain/sentiment.ts';
import { mean, ratio, sum } from '../kit/statistics.ts';

/** Counts by true label, then predicted label. */
export type ConfusionMatrix = Readonly<Record<Label, Readonly<Record<Label, number>>>>;

export interface Measures {
  /** Mean of the labels' recalls: TweetEval's official measure for sentiment. */
  readonly macroRecall: number;
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
  const correct = (label: Label) => confusion[label][label];
  const actual = (label: Label) => sum(LABELS.map((other) => confusion[label][other]));
  const claimed = (label: Label) => sum(LABELS.map((other) => confusion[other][label]));
  return {
    macroRecall: mean(LABELS.map((label) => ratio(correct(label), actual(label)))),
    macroF1: mean(LABELS.map((label) => ratio(2 * correct(label), actual(label) + claimed(label)))),
    accuracy: ratio(sum(LABELS.map(correct)), truths.length),
    recall: perLabel((label) => ratio(correct(label), actual(label))),
    confusion,
  };
}
