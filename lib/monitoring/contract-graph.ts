import { Duration } from 'aws-cdk-lib';
import { type IMetric, MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import { deploymentName, type Stage } from '../../service/contract/deployment.ts';
import {
  METRIC_NAMESPACE,
  METRICS,
  type MetricDefinition,
  type MetricUnit,
  SERVICE_DIMENSION,
} from '../../service/contract/metrics.ts';
import { contractMetric } from './contract-metric.ts';
import type { Graph } from './graphs.ts';

/** Lines of a graph: each of its metrics by each of its statistics. */
export function contractGraph(stage: Stage, { metrics, statistics }: Graph): IMetric[] {
  return metrics.flatMap((metric) => {
    const { dimension, unit }: MetricDefinition = METRICS[metric];
    const wanted = statistics ?? [unit === 'Count' ? 'Sum' : 'Maximum'];
    return wanted.map((statistic) =>
      dimension === undefined
        ? contractMetric(stage, metric, {
            statistic,
            label: wanted.length > 1 ? statistic : metric,
          })
        : byDimension(stage, metric, dimension, statistic),
    );
  });
}

const AXES = {
  Count: 'count per minute',
  Milliseconds: 'ms',
  Percent: '%',
  None: 'index',
} as const satisfies Record<MetricUnit, string>;

/**
 * Label of a graph's axis: the unit of its metrics.
 *
 * @throws Error when they have several units.
 */
export function axisOf({ title, metrics }: Graph): string {
  const [unit, ...others] = new Set(metrics.map((metric) => METRICS[metric].unit));
  if (unit === undefined || others.length > 0) {
    throw new Error(
      `The graph "${title}" has metrics in ${[unit, ...others].join(' and ')}; add one graph for each unit.`,
    );
  }
  return AXES[unit];
}

/** A line for each value of the metric's dimension, including values not seen yet. */
function byDimension(stage: Stage, name: string, dimension: string, statistic: string) {
  const schema = `{${METRIC_NAMESPACE},${SERVICE_DIMENSION},${dimension}}`;
  const search = `${schema} MetricName="${name}" ${SERVICE_DIMENSION}="${deploymentName(stage)}"`;
  return new MathExpression({
    expression: `SEARCH('${search}', '${statistic}', 60)`,
    usingMetrics: {},
    period: Duration.minutes(1),
    label: `\${PROP('Dim.${dimension}')}`,
  });
}
