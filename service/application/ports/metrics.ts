import type { DimensionedMetricName, MetricName } from '../../contract/metrics.ts';

/** Where measurements go; units come from the contract. Recording never throws or waits. */
export interface Metrics {
  record(name: Exclude<MetricName, DimensionedMetricName>, value: number): void;
  record(name: DimensionedMetricName, value: number, dimensionValue: string): void;
}

/** Sums since the process started, for people who look at one instance. */
export interface MetricTotals {
  /** Sum of all values recorded, over every dimension value. */
  total(name: MetricName): number;
  /** Sum per dimension value. */
  byDimension(name: DimensionedMetricName): Readonly<Record<string, number>>;
}
