import { Duration } from 'aws-cdk-lib';
import { type IMetric, MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import { deploymentName } from '../../service/contract/deployment.ts';
import {
  METRIC_NAMESPACE,
  METRICS,
  type MetricName,
  SERVICE_DIMENSION,
} from '../../service/contract/metrics.ts';
import type { PredictionStream } from '../constructs/prediction-stream.ts';
import type { ValkeyReplicationGroup } from '../constructs/valkey-replication-group.ts';
import type { StageConfig } from '../stage-config.ts';
import type { AlarmSpec } from './alarm-spec.ts';
import { contractMetric } from './contract-metric.ts';

const FIVE_MINUTES = Duration.minutes(5);

/** What the feature store is about to lose, or has lost. Callers do not feel it at once. */
export function featureStoreAlarms(
  { stage }: StageConfig,
  valkey: ValkeyReplicationGroup,
  predictions: PredictionStream | undefined,
): AlarmSpec[] {
  const period = { period: FIVE_MINUTES };
  return [
    {
      name: 'feature-store-errors',
      kind: 'notice',
      happened: 'More than 50 operations on the feature store failed within five minutes.',
      metric: sumOverDimension(deploymentName(stage), 'FeatureStoreErrors'),
      threshold: 50,
      periods: 2,
    },
    {
      name: 'feature-store-losses',
      kind: 'notice',
      happened: 'Rows were dropped: too many writes were pending, or a stored row was corrupt.',
      metric: new MathExpression({
        expression: 'FILL(writes, 0) + FILL(rows, 0)',
        usingMetrics: {
          writes: contractMetric(stage, 'FeatureStoreDroppedWrites', period),
          rows: contractMetric(stage, 'FeatureStoreCorruptRows', period),
        },
        label: 'rows dropped',
        ...period,
      }),
      threshold: 0,
      periods: 1,
    },
    {
      name: 'feature-store-memory',
      kind: 'notice',
      happened: 'A node of the feature store has used more than 80 % of its memory.',
      metric: highest(valkey.metricMemoryUsage(period)),
      threshold: 80,
      periods: 3,
    },
    {
      name: 'feature-store-evictions',
      kind: 'notice',
      happened: 'The feature store drops keys before their time: it is too small.',
      metric: highest(valkey.metricEvictions(period)),
      threshold: 0,
      periods: 1,
    },
    {
      name: 'feature-store-cpu',
      kind: 'notice',
      happened: 'The command thread of a node of the feature store is busy for more than 85 %.',
      metric: highest(valkey.metricEngineCpuUtilization(period)),
      threshold: 85,
      periods: 3,
    },
    ...(predictions
      ? [
          {
            name: 'prediction-log-late',
            kind: 'notice' as const,
            happened:
              'The oldest prediction that is not yet in the offline store waits for an hour.',
            metric: predictions.stream.metric('DeliveryToS3.DataFreshness', {
              statistic: 'Maximum',
              ...period,
            }),
            threshold: 3_600,
            periods: 3,
          },
        ]
      : []),
  ];
}

/** The node that is worst off. */
function highest(nodes: readonly IMetric[]): IMetric {
  const [first] = nodes;
  if (nodes.length === 1 && first) return first;
  const usingMetrics = Object.fromEntries(nodes.map((node, index) => [`n${index}`, node]));
  return new MathExpression({
    expression: `MAX([${Object.keys(usingMetrics).join(', ')}])`,
    usingMetrics,
    period: FIVE_MINUTES,
    label: 'highest of all nodes',
  });
}

/** An alarm cannot search; a query can sum over values of a dimension that are not known. */
function sumOverDimension(service: string, name: Extract<MetricName, 'FeatureStoreErrors'>) {
  const schema = `${METRIC_NAMESPACE}, ${METRICS[name].dimension}, ${SERVICE_DIMENSION}`;
  return new MathExpression({
    expression: `SELECT SUM(${name}) FROM SCHEMA(${schema}) WHERE ${SERVICE_DIMENSION} = '${service}'`,
    usingMetrics: {},
    period: FIVE_MINUTES,
    label: name,
  });
}
