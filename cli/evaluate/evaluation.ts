import { LABELS, type Label, perLabel } from '../../service/domain/sentiment.ts';
import { mean, ratio } from '../kit/statistics.ts';
import { expectedCalibrationError } from './calibration.ts';
import type { Answer, Candidate } from './candidate.ts';
import { accuracyByMargin, type MarginAccuracy } from './margins.ts';
import { type Measures, measure } from './measures.ts';
import type { Run } from './run-candidates.ts';

/** Results of one model. */
export interface Evaluation extends Measures {
  readonly model: string;
  readonly revision: string;
  /** The graph in use, where it is not the bundle's. */
  readonly graph: string | null;
  readonly graphBytes: number;
  /** See `expectedCalibrationError`; texts without a token to score do not count. */
  readonly calibrationError: number;
  readonly meanConfidence: number;
  readonly margins: readonly MarginAccuracy[];
  /** Shares of the labels given: a manifest's `referenceLabelMix`. */
  readonly labelMix: Readonly<Record<Label, number>>;
  readonly predictionsPerSecond: number;
  readonly latencyMs: Run['latencyMs'];
  /** Texts without a token to score; they count as neutral. */
  readonly emptyTexts: number;
}

export function evaluationOf(
  { identity, graph, graphBytes }: Pick<Candidate, 'identity' | 'graph' | 'graphBytes'>,
  truths: readonly Label[],
  { answers, predictionsPerSecond, latencyMs }: Run,
): Evaluation {
  const given = labelsOf(answers);
  const claims = answers.flatMap((answer, index) =>
    answer === null ? [] : [{ ...answer, isRight: answer.label === truths[index] }],
  );
  return {
    model: identity.name,
    revision: identity.revision,
    graph,
    graphBytes,
    ...measure(truths, given),
    calibrationError: expectedCalibrationError(claims),
    margins: accuracyByMargin(claims),
    meanConfidence: mean(claims.map(({ confidence }) => confidence)),
    labelMix: perLabel((label) => ratio(countOf(given, label), given.length)),
    predictionsPerSecond,
    latencyMs,
    emptyTexts: answers.length - claims.length,
  };
}

/** Number of texts with a label. */
export function countOf(labels: readonly Label[], label: Label): number {
  return labels.filter((each) => each === label).length;
}

/** A text without a token to score counts as neutral. */
export function labelsOf(answers: readonly (Answer | null)[]): Label[] {
  return answers.map((answer) => answer?.label ?? LABELS[1]);
}
