import {
  deploymentName,
  featureStoreNodeNames,
  type Stage,
} from '../../service/contract/deployment.ts';
import {
  type DimensionedMetricName,
  METRIC_NAMESPACE,
  METRICS,
  type MetricName,
  SERVICE_DIMENSION,
} from '../../service/contract/metrics.ts';

/** A series to be read: one metric by one statistic. */
export interface Query {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly statistic: string;
}

/** Values that the dimension of a metric has had lately, such as the codes of failures. */
export type Seen = Readonly<Partial<Record<DimensionedMetricName, readonly string[]>>>;

/** More than any stage has; a node that is not there has no data. */
const MOST_NODES = 6;

/** A metric of the service, as it emits it. */
export function serviceQuery(
  stage: Stage,
  name: MetricName,
  statistic: string,
  dimension: Readonly<Record<string, string>> = {},
): Query {
  const dimensions = { [SERVICE_DIMENSION]: deploymentName(stage), ...dimension };
  return { namespace: METRIC_NAMESPACE, name, dimensions, statistic };
}

/** A metric that is split by a dimension: one series for each value seen. */
export function splitQueries(stage: Stage, name: DimensionedMetricName, seen: Seen): Query[] {
  const { dimension } = METRICS[name];
  return (seen[name] ?? []).map((value) =>
    serviceQuery(stage, name, 'Sum', { [dimension]: value }),
  );
}

/** Of the whole cluster, which runs nothing but the service. */
export function clusterQuery(stage: Stage, name: string): Query {
  const dimensions = { ClusterName: deploymentName(stage) };
  return { namespace: 'ECS/ContainerInsights', name, dimensions, statistic: 'Average' };
}

/** One series for each node of the feature store. */
export function nodeQueries(stage: Stage, name: string, statistic: string): Query[] {
  return featureStoreNodeNames(stage, MOST_NODES).map((node) => ({
    namespace: 'AWS/ElastiCache',
    name,
    dimensions: { CacheClusterId: node },
    statistic,
  }));
}

/** A metric of the function that probes the service. */
export function probeQuery(functionName: string, name: string, statistic: string): Query {
  return { namespace: 'AWS/Lambda', name, dimensions: { FunctionName: functionName }, statistic };
}
