import type { DimensionedMetricName, MetricName } from '../../contract/metrics.ts';

/** Sink of measurements in the units of the contract. Recording never throws or waits. */
export interface Metrics {
  record(name: Exclude<MetricName, DimensionedMetricName>, value: number): void;
  record(name: DimensionedMetricName, value: number, dimensionValue: string): void;
}

/** Sums since the process started. */
export interface MetricTotals {
  /** Sum over all dimension values. */
  total(name: MetricName): number;
  /** Sums by dimension value. */
  byDimension(name: DimensionedMetricName): Readonly<Record<string, number>>;
}
