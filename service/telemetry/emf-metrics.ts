/**
 * Imported file by file: the package's index looks for an ECS or EC2 host over the network as
 * soon as it is loaded, and its sink writes to the console. Only its format is needed.
 */
import { MetricsContext } from 'aws-embedded-metrics/lib/logger/MetricsContext.js';
import { LogSerializer } from 'aws-embedded-metrics/lib/serializers/LogSerializer.js';
import type { Logger } from '../application/ports/logger.ts';
import type { Metrics } from '../application/ports/metrics.ts';
import {
  METRIC_NAMESPACE,
  METRICS,
  type MetricDefinition,
  type MetricName,
  REVISION_DIMENSION,
  SERVICE_DIMENSION,
} from '../contract/metrics.ts';

/** Limit of the format for one metric in one document. */
const MAX_VALUES_PER_DOCUMENT = 100;

export interface EmfMetricsOptions {
  /**
   * Writes one whole line. Give it the destination of the log, so that lines of both never
   * mix within each other.
   */
  readonly write: (line: string) => void;
  readonly intervalMs: number;
  readonly serviceName: string;
  /** Undefined: no metric carries a revision. */
  readonly revision: string | undefined;
  readonly logger: Logger;
}

type Dimensions = Readonly<Record<string, string>>;

/** Values of metrics that share their sets of dimensions. */
interface Batch {
  readonly dimensionSets: readonly Dimensions[];
  readonly values: Map<MetricName, number[]>;
}

/**
 * Emits CloudWatch embedded metric format. Counts are summed and other values collected, then
 * written once per interval, or earlier when a document is full, so that memory stays bounded.
 */
export class EmfMetrics implements Metrics {
  readonly #options: EmfMetricsOptions;
  readonly #timer: NodeJS.Timeout;
  readonly #serializer = new LogSerializer();
  readonly #reported = new Set<MetricName>();
  /** By the key of their dimensions. */
  #batches = new Map<string, Batch>();

  constructor(options: EmfMetricsOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.flush(), options.intervalMs).unref();
  }

  record(name: MetricName, value: number, dimensionValue?: string): void {
    if (!Number.isFinite(value)) {
      this.#report(name, new TypeError(`${value} is not a measurement`));
      return;
    }
    const values = this.#valuesOf(name, dimensionValue);
    if (METRICS[name].unit === 'Count') values[0] = (values[0] ?? 0) + value;
    else values.push(value);
    if (values.length === MAX_VALUES_PER_DOCUMENT) this.flush();
  }

  /** Writes what has been recorded since the last time. */
  flush(): void {
    const batches = this.#batches;
    this.#batches = new Map();
    for (const batch of batches.values()) this.#write(batch);
  }

  /** Writes what is left and stops the interval. */
  close(): void {
    clearInterval(this.#timer);
    this.flush();
  }

  #valuesOf(name: MetricName, dimensionValue: string | undefined): number[] {
    const key = this.#dimensionKeyOf(name, dimensionValue);
    let batch = this.#batches.get(key);
    if (!batch) {
      const dimensionSets = this.#dimensionSetsOf(name, dimensionValue);
      batch = { dimensionSets, values: new Map() };
      this.#batches.set(key, batch);
    }
    let values = batch.values.get(name);
    if (!values) {
      values = [];
      batch.values.set(name, values);
    }
    return values;
  }

  /** The same for metrics with the same sets of dimensions. */
  #dimensionKeyOf(name: MetricName, dimensionValue: string | undefined): string {
    const { dimension, byRevision }: MetricDefinition = METRICS[name];
    const sets = byRevision && this.#options.revision !== undefined ? 2 : 1;
    const hasOwn = dimension !== undefined && dimensionValue !== undefined;
    return hasOwn ? `${sets} ${dimension} ${dimensionValue}` : `${sets}`;
  }

  /** CloudWatch makes one metric for each set. */
  #dimensionSetsOf(name: MetricName, dimensionValue: string | undefined): Dimensions[] {
    const { dimension, byRevision }: MetricDefinition = METRICS[name];
    const { serviceName, revision } = this.#options;
    const own = dimension && dimensionValue !== undefined ? { [dimension]: dimensionValue } : {};
    const dimensions = { [SERVICE_DIMENSION]: serviceName, ...own };
    if (!byRevision || revision === undefined) return [dimensions];
    return [dimensions, { ...dimensions, [REVISION_DIMENSION]: revision }];
  }

  #write({ dimensionSets, values: batch }: Batch): void {
    try {
      const context = MetricsContext.empty();
      context.setNamespace(METRIC_NAMESPACE);
      // Not putDimensions: that would add the library's own default dimensions.
      context.setDimensions([...dimensionSets]);
      for (const [name, values] of batch) {
        for (const value of values) context.putMetric(name, value, METRICS[name].unit);
      }
      for (const line of this.#serializer.serialize(context)) this.#options.write(`${line}\n`);
    } catch (error) {
      for (const name of batch.keys()) this.#report(name, error);
    }
  }

  /** Says once per metric that its values are lost: a mistake in the code that records it. */
  #report(metric: MetricName, error: unknown): void {
    if (this.#reported.has(metric)) return;
    this.#reported.add(metric);
    this.#options.logger.error({ metric, err: error }, 'A metric could not be emitted');
  }
}
