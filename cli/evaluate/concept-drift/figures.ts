import { LABELS, type Label, perLabel } from '../../../service/domain/sentiment.ts';
import { mean, sum } from '../../kit/statistics.ts';
import { calibrationOf } from '../calibration.ts';
import { measuresOf, standardErrorOf } from '../measures.ts';
import type { JudgedPeriod } from './judge.ts';

export interface Estimate {
  readonly value: number;
  readonly standardError: number;
}

/** Figures of one period and model revision. */
export interface PeriodFigures
  extends Pick<JudgedPeriod, 'start' | 'model' | 'revision' | 'language'> {
  readonly labels: number;
  /** Number of labels by sentiment. */
  readonly labelCounts: Readonly<Record<Label, number>>;
  /** Null where one of the labels does not occur. */
  readonly macroRecall: (Estimate & { readonly low: number; readonly high: number }) | null;
  readonly accuracy: Estimate;
  readonly calibrationError: Estimate;
}

/** Standard errors of an interval that holds the truth in 99 of 100 cases: periods are many. */
export const INTERVAL = 2.58;

/** With fewer labels of one kind the distribution is too skewed for such an interval. */
export const LEAST_LABELS = 5;

/**
 * The measures of `tss evaluate`. The standard errors of recall and accuracy are those of the Beta
 * distribution (see `standardErrorOf`), that of the calibration error is from the delta method (see
 * `calibrationOf`); none is drawn at random, so that the same labels give the same figures.
 *
 * The interval of the macro recall stands around the means of the same Beta distributions, (k + 1) /
 * (n + 2), and not around the recall itself: a recall of 0 from two labels is little evidence.
 */
export function figuresOf({ confusion, bins, ...period }: JudgedPeriod): PeriodFigures {
  const measures = measuresOf(confusion);
  const labelCounts = perLabel((label) => sum(Object.values(confusion[label])));
  const labels = sum(Object.values(labelCounts));
  const right = sum(LABELS.map((label) => confusion[label][label]));
  const center = mean(
    LABELS.map((label) => (confusion[label][label] + 1) / (labelCounts[label] + 2)),
  );
  const { macroRecall, standardError } = measures;
  const { error, standardError: calibrationStandardError } = calibrationOf(bins);
  return {
    ...period,
    labels,
    labelCounts,
    macroRecall: LABELS.every((label) => labelCounts[label] > 0)
      ? {
          value: macroRecall,
          standardError,
          low: Math.max(0, center - INTERVAL * standardError),
          high: Math.min(1, center + INTERVAL * standardError),
        }
      : null,
    accuracy: { value: measures.accuracy, standardError: standardErrorOf([[right, labels]]) },
    calibrationError: { value: error, standardError: calibrationStandardError },
  };
}

/** Periods that can raise an alarm: each of the labels occurs at least five times. */
export function measurablePeriods(periods: readonly PeriodFigures[]): readonly PeriodFigures[] {
  return periods.filter(
    ({ labelCounts }) => Math.min(...Object.values(labelCounts)) >= LEAST_LABELS,
  );
}

/**
 * Periods whose macro recall is below a threshold beyond chance: the whole interval is, and each of
 * the labels occurs at least five times. The interval of a few labels is wide, so that they raise an
 * alarm only where hardly any answer was right; of periods at the threshold itself about one in 100
 * does.
 */
export function periodsBelow(
  periods: readonly PeriodFigures[],
  minRecall: number,
): readonly PeriodFigures[] {
  return measurablePeriods(periods).filter(
    ({ macroRecall }) => macroRecall !== null && macroRecall.high < minRecall,
  );
}
