import { Duration } from 'aws-cdk-lib';
import { type IMetric, MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import { deploymentName, type Stage } from '../../service/contract/deployment.ts';
import {
  METRIC_NAMESPACE,
  METRICS,
  type MetricDefinition,
  type MetricName,
  type MetricUnit,
  SERVICE_DIMENSION,
} from '../../service/contract/metrics.ts';
import { contractMetric } from './contract-metric.ts';
import { GRAPHS, type Graph, type GraphName, PLACEMENT } from './graphs.ts';

/** The lines of a graph: its metrics of the contract, each by each statistic. */
export function contractGraph(stage: Stage, name: GraphName): IMetric[] {
  const { statistics }: Graph = GRAPHS[name];
  return metricsOf(name).flatMap((metric) => {
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
 * What the axis of a graph says: the unit of its metrics.
 *
 * @throws Error when they have several.
 */
export function axisOf(graph: GraphName): string {
  const [unit, ...others] = new Set(metricsOf(graph).map((metric) => METRICS[metric].unit));
  if (unit === undefined || others.length > 0) {
    throw new Error(
      `The graph ${graph} has metrics in ${[unit, ...others].join(' and ')}: give each unit a graph of its own.`,
    );
  }
  return AXES[unit];
}

/** The metrics that a graph draws, in the contract's order. */
export function metricsOf(graph: GraphName): MetricName[] {
  return (Object.keys(PLACEMENT) as MetricName[]).filter((name) => PLACEMENT[name] === graph);
}

/** A line for each value of the metric's dimension, also those not seen yet. */
function byDimension(stage: Stage, name: MetricName, dimension: string, statistic: string) {
  const schema = `{${METRIC_NAMESPACE},${SERVICE_DIMENSION},${dimension}}`;
  const search = `${schema} MetricName="${name}" ${SERVICE_DIMENSION}="${deploymentName(stage)}"`;
  return new MathExpression({
    expression: `SEARCH('${search}', '${statistic}', 60)`,
    usingMetrics: {},
    period: Duration.minutes(1),
    label: `\${PROP('Dim.${dimension}')}`,
  });
}
