import { Duration } from 'aws-cdk-lib';
import { ComparisonOperator } from 'aws-cdk-lib/aws-cloudwatch';
import type { StageConfig } from '../stage-config.ts';
import type { AlarmSpec } from './alarm.ts';
import { contractMetric } from './contract-metric.ts';
import { otherLanguagePercent } from './ratios.ts';

/** Usual bound of a significant shift; see service/inference/drift/population-stability-index.ts. */
const SHIFT_INDEX = 0.25;

/** Mean confidence of the embedded model on its validation split is 75 %. */
const LEAST_CONFIDENCE_PERCENT = 60;

/** The validation split has no unknown tokens; a few short posts with emoji had 13 %. */
const MOST_UNKNOWN_PERCENT = 10;

/** Aggregates and answers speak for the smaller part only. */
const MOST_OTHER_LANGUAGES_PERCENT = 50;

/** Texts of an hour below which their share says nothing. */
const FEWEST_TEXTS = 100;

/** Three hours rule out short topic spikes, such as a match or an election. */
const LASTING = { periods: 3 };

/** Input or output distributions unlike those the model was validated on. */
export function driftAlarms({ stage }: StageConfig): AlarmSpec[] {
  const average = { statistic: 'Average', period: Duration.hours(1) };
  return [
    {
      name: 'label-drift',
      kind: 'notice',
      happened: `Label drift: for three hours the population stability index against the model's reference label mix has been above ${SHIFT_INDEX}.`,
      metric: contractMetric(stage, 'LabelDrift', average),
      threshold: SHIFT_INDEX,
      ...LASTING,
    },
    {
      name: 'low-confidence',
      kind: 'notice',
      happened: `For three hours the mean confidence of predictions has been below ${LEAST_CONFIDENCE_PERCENT} %.`,
      metric: contractMetric(stage, 'MeanConfidence', average),
      threshold: LEAST_CONFIDENCE_PERCENT,
      comparison: ComparisonOperator.LESS_THAN_THRESHOLD,
      ...LASTING,
    },
    {
      name: 'unknown-tokens',
      kind: 'notice',
      happened: `For three hours more than ${MOST_UNKNOWN_PERCENT} % of the tokens have been missing from the model's vocabulary.`,
      metric: contractMetric(stage, 'UnknownTokenShare', average),
      threshold: MOST_UNKNOWN_PERCENT,
      ...LASTING,
    },
    {
      name: 'other-languages',
      kind: 'notice',
      happened: `For three hours more than ${MOST_OTHER_LANGUAGES_PERCENT} % of the scored texts have been in languages that the model does not read.`,
      metric: otherLanguagePercent(stage, FEWEST_TEXTS),
      threshold: MOST_OTHER_LANGUAGES_PERCENT,
      ...LASTING,
    },
  ];
}
