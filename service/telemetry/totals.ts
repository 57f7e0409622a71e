import type { Metrics, MetricTotals } from '../application/ports/metrics.ts';
import type { DimensionedMetricName, MetricName } from '../contract/metrics.ts';

/** Adds up recorded values, and passes them to the next sink if there is one. */
export class TotalingMetrics implements Metrics, MetricTotals {
  readonly #next: Metrics | undefined;
  /** By metric, then by dimension value; that of a metric without a dimension is empty. */
  readonly #sums = new Map<MetricName, Map<string, number>>();

  constructor(next?: Metrics) {
    this.#next = next;
  }

  record(name: MetricName, value: number, dimensionValue = ''): void {
    if (Number.isFinite(value)) this.#add(name, value, dimensionValue);
    // The port's overloads tie a value to the names that have a dimension; others ignore it.
    this.#next?.record(name as DimensionedMetricName, value, dimensionValue);
  }

  total(name: MetricName): number {
    return [...(this.#sums.get(name)?.values() ?? [])].reduce((sum, value) => sum + value, 0);
  }

  byDimension(name: DimensionedMetricName): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#sums.get(name) ?? []);
  }

  #add(name: MetricName, value: number, dimensionValue: string): void {
    let sums = this.#sums.get(name);
    if (!sums) {
      sums = new Map();
      this.#sums.set(name, sums);
    }
    sums.set(dimensionValue, (sums.get(dimensionValue) ?? 0) + value);
  }
}
