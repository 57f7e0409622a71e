import { Duration } from 'aws-cdk-lib';
import { ComparisonOperator } from 'aws-cdk-lib/aws-cloudwatch';
import type { StageConfig } from '../stage-config.ts';
import type { AlarmSpec } from './alarm-spec.ts';
import { contractMetric } from './contract-metric.ts';

/** What the literature calls a shift; see service/inference/drift/population-stability-index.ts. */
const SHIFT_INDEX = 0.25;

/** The embedded model is 75 % sure of the posts it was validated on, on average. */
const LEAST_CONFIDENCE_PERCENT = 60;

/** None of the tokens of those posts is unknown; a few short ones with emoji came to 13 %. */
const MOST_UNKNOWN_PERCENT = 10;

/** Posts come in waves, about a match or an election: what lasts for hours is none. */
const LASTING = { periods: 3 };

/** The model is asked something else than it was validated on, or answers otherwise. */
export function driftAlarms({ stage }: StageConfig): AlarmSpec[] {
  const average = { statistic: 'Average', period: Duration.hours(1) };
  return [
    {
      name: 'label-drift',
      kind: 'notice',
      happened: `For three hours the labels given have been unlike the model's reference mix: stability index above ${SHIFT_INDEX}.`,
      metric: contractMetric(stage, 'LabelDrift', average),
      threshold: SHIFT_INDEX,
      ...LASTING,
    },
    {
      name: 'low-confidence',
      kind: 'notice',
      happened: `For three hours the model has been less than ${LEAST_CONFIDENCE_PERCENT} % sure of its labels on average.`,
      metric: contractMetric(stage, 'MeanConfidence', average),
      threshold: LEAST_CONFIDENCE_PERCENT,
      comparison: ComparisonOperator.LESS_THAN_THRESHOLD,
      ...LASTING,
    },
    {
      name: 'unknown-tokens',
      kind: 'notice',
      happened: `For three hours the model's vocabulary has lacked more than ${MOST_UNKNOWN_PERCENT} % of the tokens.`,
      metric: contractMetric(stage, 'UnknownTokenShare', average),
      threshold: MOST_UNKNOWN_PERCENT,
      ...LASTING,
    },
  ];
}
