import { LABELS, type Label } from '../../service/domain/sentiment.ts';
import { mean, ratio, sum } from '../kit/statistics.ts';
import { labelsOf } from './evaluation.ts';
import type { Run } from './run-candidates.ts';

/** Of two models that labeled the same texts. */
export interface Comparison {
  /** Share of texts with the same label from both. */
  readonly agreement: number;
  /** Macro recall of the second model less that of the first. */
  readonly recallDifference: number;
  /** Of that difference, for another sample of as many texts of each label. */
  readonly standardError: number;
}

/** Comparisons of all models: `[first][second]`. */
export function compare(
  truths: readonly Label[],
  runs: readonly Pick<Run, 'answers'>[],
): Comparison[][] {
  const labels = runs.map(({ answers }) => labelsOf(answers));
  return labels.map((first) => labels.map((second) => comparisonOf(truths, first, second)));
}

/**
 * The texts are the same, so the errors of the two recalls are not independent: the variance is that of the
 * difference for each text, which is 1, 0 or -1.
 */
function comparisonOf(
  truths: readonly Label[],
  first: readonly Label[],
  second: readonly Label[],
): Comparison {
  const isRight = (labels: readonly Label[], index: number) =>
    labels[index] === truths[index] ? 1 : 0;
  const recalls = LABELS.map((label) => {
    const differences = [...truths.keys()]
      .filter((index) => truths[index] === label)
      .map((index) => isRight(second, index) - isRight(first, index));
    const squares = differences.map((each) => each ** 2);
    const difference = ratio(sum(differences), differences.length);
    const variance = ratio(sum(squares), squares.length) - difference ** 2;
    return { difference, variance: ratio(variance, differences.length) };
  });
  return {
    agreement: ratio(first.filter((label, index) => label === second[index]).length, first.length),
    recallDifference: mean(recalls.map(({ difference }) => difference)),
    standardError: Math.sqrt(sum(recalls.map(({ variance }) => variance))) / LABELS.length,
  };
}
