import { Duration } from 'aws-cdk-lib';
import { ComparisonOperator, type IMetric, MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import { METRICS } from '../../service/contract/metrics.ts';
import type { StageConfig } from '../stage-config.ts';
import type { AlarmSpec } from './alarm.ts';
import { contractMetric, sumOverDimension } from './contract-metric.ts';
import type { MonitoredNames } from './monitored-names.ts';
import { storeNodeMetrics } from './platform-metrics.ts';

const PERIOD = { period: Duration.minutes(5) };

/** Data loss in the feature store, or the signs of it. Callers do not notice it at once. */
export function featureStoreAlarms(config: StageConfig, names: MonitoredNames): AlarmSpec[] {
  const { stage } = config;
  return [
    {
      name: 'feature-store-errors',
      kind: 'notice',
      happened:
        'More than 50 operations on the feature store failed in each of two periods of five minutes.',
      metric: sumOverDimension(stage, 'FeatureStoreErrors', PERIOD),
      queriedMetrics: METRICS.FeatureStoreErrors.dimensionValues,
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
          writes: contractMetric(stage, 'FeatureStoreDroppedWrites', PERIOD),
          rows: contractMetric(stage, 'FeatureStoreCorruptRows', PERIOD),
        },
        label: 'rows dropped',
        ...PERIOD,
      }),
      threshold: 0,
      periods: 1,
    },
    {
      name: 'feature-store-memory',
      kind: 'notice',
      happened: 'A node of the feature store uses more than 80 % of its memory.',
      metric: highest(storeNodeMetrics(names, 'DatabaseMemoryUsagePercentage', PERIOD)),
      threshold: 80,
      periods: 3,
    },
    {
      name: 'feature-store-evictions',
      kind: 'notice',
      happened: 'The feature store evicts keys before they expire: its memory is too small.',
      metric: highest(storeNodeMetrics(names, 'Evictions', PERIOD)),
      threshold: 0,
      periods: 1,
    },
    {
      name: 'feature-store-cpu',
      kind: 'notice',
      happened: 'The command thread of a feature store node is more than 85 % busy.',
      metric: highest(storeNodeMetrics(names, 'EngineCPUUtilization', PERIOD)),
      threshold: 85,
      periods: 3,
    },
    ...smallNodeAlarms(config, names),
  ];
}

/** Node types with at most two cores: the system's own work competes with the command thread. */
const SMALL_NODE = /\.(micro|small|medium|large)$/;
const BURSTABLE_NODE = /^cache\.t/;

function smallNodeAlarms({ valkeyNodeType }: StageConfig, names: MonitoredNames): AlarmSpec[] {
  const cores: AlarmSpec = {
    name: 'feature-store-cores',
    kind: 'notice',
    happened: 'A feature store node of two cores is more than 45 % busy, one whole core.',
    metric: highest(storeNodeMetrics(names, 'CPUUtilization', PERIOD)),
    threshold: 45,
    periods: 3,
    runbookSection: 'feature-store-cpu',
  };
  const credits: AlarmSpec = {
    name: 'feature-store-credits',
    kind: 'notice',
    happened: 'A burstable feature store node has fewer than 10 CPU credits left.',
    metric: lowest(storeNodeMetrics(names, 'CPUCreditBalance', PERIOD)),
    threshold: 10,
    comparison: ComparisonOperator.LESS_THAN_THRESHOLD,
    periods: 3,
    runbookSection: 'feature-store-cpu',
  };
  return [
    ...(SMALL_NODE.test(valkeyNodeType) ? [cores] : []),
    ...(BURSTABLE_NODE.test(valkeyNodeType) ? [credits] : []),
  ];
}

function highest(nodes: readonly IMetric[]): IMetric {
  return extreme('MAX', nodes);
}

function lowest(nodes: readonly IMetric[]): IMetric {
  return extreme('MIN', nodes);
}

/** The metric of the node with the highest or lowest value. */
function extreme(select: 'MAX' | 'MIN', nodes: readonly IMetric[]): IMetric {
  const [first] = nodes;
  if (nodes.length === 1 && first) return first;
  const usingMetrics = Object.fromEntries(nodes.map((node, index) => [`n${index}`, node]));
  return new MathExpression({
    expression: `${select}([${Object.keys(usingMetrics).join(', ')}])`,
    usingMetrics,
    label: `${select === 'MAX' ? 'highest' : 'lowest'} of all nodes`,
    ...PERIOD,
  });
}
