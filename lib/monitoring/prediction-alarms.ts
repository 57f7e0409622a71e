import { Duration } from 'aws-cdk-lib';
import { METRICS } from '../../service/contract/metrics.ts';
import type { StageConfig } from '../stage-config.ts';
import type { AlarmSpec } from './alarm.ts';
import { sumOverDimension } from './contract-metric.ts';
import type { MonitoredNames } from './monitored-names.ts';
import { deliveryDelayMetric, logEventsMetric, rejectedRecordsMetric } from './platform-metrics.ts';

const PERIOD = { period: Duration.minutes(5) };

/** Alarms of the stream that writes predictions to the offline store. */
export function predictionAlarms(
  { stage }: StageConfig,
  { predictions }: MonitoredNames,
): AlarmSpec[] {
  if (predictions === undefined) return [];
  const { stream, logGroup } = predictions;
  return [
    {
      name: 'predictions-dropped',
      kind: 'notice',
      happened: 'Tasks dropped predictions because Firehose did not take them in time.',
      metric: sumOverDimension(stage, 'PredictionLogDroppedRecords', PERIOD),
      queriedMetrics: METRICS.PredictionLogDroppedRecords.dimensionValues,
      threshold: 0,
      periods: 1,
    },
    {
      name: 'prediction-log-late',
      kind: 'notice',
      happened: 'Predictions have waited more than an hour for delivery to the offline store.',
      metric: deliveryDelayMetric(stream, PERIOD),
      threshold: 3_600,
      periods: 3,
    },
    {
      name: 'predictions-rejected',
      kind: 'notice',
      happened: 'Firehose rejected predictions; they are kept for 30 days under rejected/ only.',
      metric: rejectedRecordsMetric(stream, PERIOD),
      threshold: 0,
      periods: 1,
    },
    {
      // Records whose partition cannot be computed are in no metric of Firehose, only in its log.
      name: 'prediction-log-errors',
      kind: 'notice',
      happened: 'Firehose logged an error about predictions.',
      metric: logEventsMetric(logGroup, PERIOD),
      threshold: 0,
      periods: 1,
      runbookSection: 'predictions-rejected',
    },
  ];
}
