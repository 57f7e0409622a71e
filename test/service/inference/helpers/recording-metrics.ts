import type { Metrics } from '../../../../service/application/ports/metrics.ts';
import type { MetricName } from '../../../../service/contract/metrics.ts';

/** Keeps every value it is given. */
export class RecordingMetrics implements Metrics {
  readonly #values = new Map<MetricName, number[]>();

  record(name: MetricName, value: number): void {
    this.#values.set(name, [...this.values(name), value]);
  }

  values(name: MetricName): number[] {
    return this.#values.get(name) ?? [];
  }

  total(name: MetricName): number {
    return this.values(name).reduce((sum, value) => sum + value, 0);
  }
}
