import { Duration } from 'aws-cdk-lib';
import {
  MathExpression,
  type MathExpressionOptions,
  Metric,
  type MetricOptions,
  Unit,
} from 'aws-cdk-lib/aws-cloudwatch';
import { deploymentName, type Stage } from '../../service/contract/deployment.ts';
import {
  type DimensionedMetricName,
  METRIC_NAMESPACE,
  METRICS,
  type MetricDefinition,
  type MetricName,
  type MetricUnit,
  REVISION_DIMENSION,
  SERVICE_DIMENSION,
} from '../../service/contract/metrics.ts';

export interface ContractMetricOptions extends Pick<MetricOptions, 'label' | 'period' | 'color'> {
  /** Default: the sum of counts, the maximum of other units. */
  readonly statistic?: string;
  /** Value of the metric's own dimension; required if it has one. */
  readonly dimensionValue?: string;
  /** One release only; for metrics marked byRevision. */
  readonly revision?: string | undefined;
}

const UNITS = {
  Count: Unit.COUNT,
  Milliseconds: Unit.MILLISECONDS,
  Percent: Unit.PERCENT,
  None: Unit.NONE,
} as const satisfies Record<MetricUnit, Unit>;

/**
 * A metric with the namespace, unit and dimensions of the contract.
 *
 * @throws Error when the service does not emit it with these dimensions.
 */
export function contractMetric(
  stage: Stage,
  name: MetricName,
  { dimensionValue, revision, statistic, ...options }: ContractMetricOptions = {},
): Metric {
  const { unit, dimension, byRevision }: MetricDefinition = METRICS[name];
  if ((dimension === undefined) !== (dimensionValue === undefined)) {
    throw new Error(
      dimension === undefined
        ? `${name} has no extra dimension; remove dimensionValue "${dimensionValue}".`
        : `${name} is split by ${dimension}; pass a dimensionValue, or use a search.`,
    );
  }
  if (revision !== undefined && !byRevision) {
    throw new Error(`${name} is not emitted by revision; mark it byRevision in the contract.`);
  }
  return new Metric({
    namespace: METRIC_NAMESPACE,
    metricName: name,
    unit: UNITS[unit],
    statistic: statistic ?? (unit === 'Count' ? 'Sum' : 'Maximum'),
    period: Duration.minutes(1),
    dimensionsMap: {
      [SERVICE_DIMENSION]: deploymentName(stage),
      ...(dimension !== undefined &&
        dimensionValue !== undefined && { [dimension]: dimensionValue }),
      ...(revision !== undefined && { [REVISION_DIMENSION]: revision }),
    },
    ...options,
  });
}

/**
 * A Metrics Insights query: alarms cannot use SEARCH to find the values of a dimension. Every name is
 * quoted, because some are reserved words of the language, such as Operation.
 */
export function sumOverDimension(
  stage: Stage,
  name: DimensionedMetricName,
  options: Pick<MathExpressionOptions, 'period'>,
): MathExpression {
  const schema = [METRIC_NAMESPACE, METRICS[name].dimension, SERVICE_DIMENSION]
    .map((one) => `"${one}"`)
    .join(', ');
  return new MathExpression({
    expression: `SELECT SUM("${name}") FROM SCHEMA(${schema}) WHERE "${SERVICE_DIMENSION}" = '${deploymentName(stage)}'`,
    usingMetrics: {},
    label: name,
    ...options,
  });
}
