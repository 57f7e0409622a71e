import type { Stage } from '../../service/contract/deployment.ts';
import type { DimensionedMetricName, MetricName } from '../../service/contract/metrics.ts';
import { mean, sum } from '../kit/statistics.ts';
import {
  clusterQuery,
  nodeQueries,
  probeQuery,
  type Query,
  type Seen,
  serviceQuery,
  splitQueries,
} from './queries.ts';

/** Values by period, oldest first; null where there is no data. */
export type Series = readonly (number | null)[];

/** One line of the status: its queries, and the computation of its values. */
export interface Figure {
  readonly name: string;
  readonly unit: 'count' | 'ms' | '%' | 'tasks' | 'index';
  /** Statistic of the whole window; for a ratio, that of the sums. */
  readonly over: 'sum' | 'highest' | 'mean' | 'ratio';
  readonly queries: readonly Query[];
  readonly combine: (series: readonly Series[]) => Series;
}

/**
 * The figures of the dashboard, in its order.
 *
 * @param probe name of the function that probes the service; undefined: none
 */
export function figures(stage: Stage, seen: Seen, probe?: string): Figure[] {
  const one = (
    name: string,
    metric: MetricName,
    statistic: string,
    unit: Figure['unit'],
    over: Figure['over'],
  ): Figure => ({
    name,
    unit,
    over,
    queries: [serviceQuery(stage, metric, statistic)],
    combine: ([series = []]) => series,
  });
  const ratio = (name: string, part: MetricName, ...whole: MetricName[]): Figure => ({
    name,
    unit: '%',
    over: 'ratio',
    queries: [part, ...whole].map((metric) => serviceQuery(stage, metric, 'Sum')),
    combine: ([parts = [], ...wholes]) => percent(parts, total(wholes)),
  });
  const split = (name: string, metric: DimensionedMetricName): Figure => ({
    name,
    unit: 'count',
    over: 'sum',
    queries: splitQueries(stage, metric, seen),
    combine: total,
  });
  const used = (name: string, metric: 'Cpu' | 'Memory'): Figure => ({
    name,
    unit: '%',
    over: 'highest',
    queries: [`${metric}Utilized`, `${metric}Reserved`].map((part) => clusterQuery(stage, part)),
    combine: ([utilized = [], reserved = []]) => percent(utilized, reserved),
  });
  const node = (name: string, metric: string, unit: Figure['unit']): Figure => ({
    name,
    unit,
    over: unit === 'count' ? 'sum' : 'highest',
    queries: nodeQueries(stage, metric, unit === 'count' ? 'Sum' : 'Maximum'),
    combine: highest,
  });

  return [
    one('requests', 'Requests', 'Sum', 'count', 'sum'),
    ratio('failure rate', 'ServerErrors', 'Requests'),
    split('problems answered', 'RequestFailures'),
    one('latency p50', 'RequestLatency', 'p50', 'ms', 'mean'),
    one('latency p95', 'RequestLatency', 'p95', 'ms', 'highest'),
    one('latency p99', 'RequestLatency', 'p99', 'ms', 'highest'),
    ratio('refusal rate', 'Shed', 'Requests'),
    one('queue wait p95', 'QueueWait', 'p95', 'ms', 'highest'),
    one('saturation', 'WorkerSaturation', 'Maximum', '%', 'highest'),
    one('predictions', 'Predictions', 'Sum', 'count', 'sum'),
    ratio('other languages', 'OtherLanguageTexts', 'Predictions'),
    one('label drift', 'LabelDrift', 'Average', 'index', 'mean'),
    one('confidence', 'MeanConfidence', 'Average', '%', 'mean'),
    one('unknown tokens', 'UnknownTokenShare', 'Average', '%', 'mean'),
    {
      name: 'tasks',
      unit: 'tasks',
      over: 'highest',
      queries: [clusterQuery(stage, 'TaskCount')],
      combine: ([series = []]) => series,
    },
    used('CPU', 'Cpu'),
    used('memory', 'Memory'),
    ratio('hit rate', 'FeatureStoreHits', 'FeatureStoreHits', 'FeatureStoreMisses'),
    split('store errors', 'FeatureStoreErrors'),
    node('Valkey CPU', 'EngineCPUUtilization', '%'),
    node('Valkey memory', 'DatabaseMemoryUsagePercentage', '%'),
    node('Valkey evictions', 'Evictions', 'count'),
    split('source calls', 'TweetSourceCalls'),
    one('X reads', 'TweetReadsSpent', 'Sum', 'count', 'sum'),
    ...(probe === undefined ? [] : probeFigures(probe)),
  ];
}

function probeFigures(functionName: string): Figure[] {
  return [
    {
      name: 'probe success',
      unit: '%',
      over: 'ratio',
      queries: ['Errors', 'Invocations'].map((name) => probeQuery(functionName, name, 'Sum')),
      combine: ([failed = [], probes = []]) =>
        percent(failed, probes).map((share) => (share === null ? null : 100 - share)),
    },
    {
      name: 'probe time',
      unit: 'ms',
      over: 'mean',
      queries: [probeQuery(functionName, 'Duration', 'Average')],
      combine: ([series = []]) => series,
    },
  ];
}

/** One value for the whole window; null without data. */
export function overall({ over, combine }: Figure, read: readonly Series[]): number | null {
  if (over === 'ratio') {
    const sums = read.map((series) => [sum(valuesOf(series))]);
    return combine(sums)[0] ?? null;
  }
  const values = valuesOf(combine(read));
  if (values.length === 0) return null;
  if (over === 'highest') return Math.max(...values);
  return over === 'sum' ? sum(values) : mean(values);
}

function valuesOf(series: Series): number[] {
  return series.filter((value) => value !== null);
}

/** The sum where any series has a value. */
function total(series: readonly Series[]): Series {
  return merge(series, sum);
}

function highest(series: readonly Series[]): Series {
  return merge(series, (values) => Math.max(...values));
}

function merge(series: readonly Series[], of: (values: number[]) => number): Series {
  const length = Math.max(0, ...series.map((values) => values.length));
  return Array.from({ length }, (_, index) => {
    const values = series.map((one) => one[index]).filter((value) => typeof value === 'number');
    return values.length > 0 ? of(values) : null;
  });
}

/** 0 if only the part is missing; null if the whole is 0 or missing. */
function percent(parts: Series, wholes: Series): Series {
  return wholes.map((whole, index) => (whole ? (100 * (parts[index] ?? 0)) / whole : null));
}
