/** The contract's metrics by Prometheus's conventions: base units, and suffixes that tell them. */
import { METRICS, type MetricDefinition, type MetricName, type MetricUnit } from './metrics.ts';

/** Type, suffix and factor of a unit: seconds and ratios in place of milliseconds and percent. */
const UNITS = {
  Count: { type: 'counter', suffix: '_total', factor: 1 },
  Milliseconds: { type: 'histogram', suffix: '_seconds', factor: 1 / 1_000 },
  Percent: { type: 'gauge', suffix: '_ratio', factor: 1 / 100 },
  None: { type: 'gauge', suffix: '', factor: 1 },
} as const satisfies Record<MetricUnit, { type: string; suffix: string; factor: number }>;

export interface PrometheusMetric {
  /** For example `tweet_sentiment_request_latency_seconds`. */
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  /** Undefined: the metric is not split. */
  readonly label: string | undefined;
  /** Factor from the unit of the contract to the unit of Prometheus. */
  readonly factor: number;
}

export function prometheusMetric(metric: MetricName): PrometheusMetric {
  const { unit, description, dimension }: MetricDefinition = METRICS[metric];
  const { type, suffix, factor } = UNITS[unit];
  return {
    name: `tweet_sentiment_${snakeCase(metric)}${suffix}`,
    type,
    help: description,
    label: dimension && snakeCase(dimension),
    factor,
  };
}

function snakeCase(name: string): string {
  return name.replaceAll(/(?<=[a-z])[A-Z]/g, '_$&').toLowerCase();
}
