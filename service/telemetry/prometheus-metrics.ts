import {
  Counter,
  collectDefaultMetrics,
  Gauge,
  Histogram,
  type OpenMetricsContentType,
  Registry,
} from 'prom-client';
import type { Metrics } from '../application/ports/metrics.ts';
import { METRICS, type MetricName } from '../contract/metrics.ts';
import { type PrometheusMetric, prometheusMetric } from '../contract/prometheus.ts';

/** Upper bounds of latency buckets, in seconds: from a hit in the store to the longest deadline. */
const LATENCY_BUCKETS_SECONDS = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
];

export interface PrometheusMetricsOptions {
  readonly serviceName: string;
  readonly version: string;
  /** Undefined: the deployment has no revision. */
  readonly revision: string | undefined;
}

type Recorder = (value: number, dimensionValue: string | undefined) => void;

/**
 * Holds the contract's metrics, and those of the process (memory, event loop, garbage collection),
 * for Prometheus to scrape. Memory does not grow with requests.
 */
export class PrometheusMetrics implements Metrics {
  readonly #registry = new Registry<OpenMetricsContentType>();
  readonly #recorders: ReadonlyMap<MetricName, Recorder>;

  constructor({ serviceName, version, revision = '' }: PrometheusMetricsOptions) {
    const register = this.#registry;
    register.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
    this.#recorders = new Map(
      Object.keys(METRICS).map((name) => [
        name as MetricName,
        recorder(prometheusMetric(name as MetricName), register),
      ]),
    );
    new Gauge({
      name: 'tweet_sentiment_info',
      help: 'Always 1; the labels tell the service, its version and the revision deployed',
      labelNames: ['service', 'version', 'revision'],
      registers: [register],
    }).set({ service: serviceName, version, revision }, 1);
    collectDefaultMetrics({ register });
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  record(name: MetricName, value: number, dimensionValue?: string): void {
    if (Number.isFinite(value)) this.#recorders.get(name)?.(value, dimensionValue);
  }

  /** All metrics in the OpenMetrics format. */
  exposition(): Promise<string> {
    return this.#registry.metrics();
  }
}

function recorder(metric: PrometheusMetric, register: Registry<OpenMetricsContentType>): Recorder {
  const { name, type, help, label, factor } = metric;
  const labelNames = label === undefined ? [] : [label];
  const common = { name, help, labelNames, registers: [register] };
  const labels = (value: string | undefined) =>
    label === undefined || value === undefined ? {} : { [label]: value };
  switch (type) {
    case 'counter': {
      const counter = new Counter(common);
      return (value, dimensionValue) => counter.inc(labels(dimensionValue), value * factor);
    }
    case 'gauge': {
      const gauge = new Gauge(common);
      // Absent until it is measured; the library starts with 0.
      gauge.remove();
      return (value, dimensionValue) => gauge.set(labels(dimensionValue), value * factor);
    }
    case 'histogram': {
      const histogram = new Histogram({ ...common, buckets: LATENCY_BUCKETS_SECONDS });
      return (value, dimensionValue) => histogram.observe(labels(dimensionValue), value * factor);
    }
  }
}
