import type { MetricName } from '../../service/contract/metrics.ts';

/** A section of the dashboard, in the order shown. */
export type Section = 'Requests' | 'Inference' | 'Feature store' | 'Tweets';

/** A graph of metrics of the contract, which share a unit. */
export interface Graph {
  readonly section: Section;
  readonly title: string;
  readonly metrics: readonly MetricName[];
  /** Default: the sum of counts, the maximum of other units. */
  readonly statistics?: readonly string[];
}

const PERCENTILES = ['p50', 'p95', 'p99'];

/** Graphs of the dashboard. Every metric of the contract is in one; a test checks it. */
export const GRAPHS: readonly Graph[] = [
  { section: 'Requests', title: 'Requests', metrics: ['Requests', 'ServerErrors', 'OwnFailures'] },
  { section: 'Requests', title: 'Failures by code', metrics: ['RequestFailures'] },
  {
    section: 'Requests',
    title: 'Latency',
    metrics: ['RequestLatency'],
    statistics: PERCENTILES,
  },
  {
    section: 'Requests',
    title: 'Latency by phase (p95)',
    metrics: ['PhaseLatency'],
    statistics: ['p95'],
  },
  { section: 'Requests', title: 'Log lines dropped', metrics: ['LogDroppedLines'] },
  { section: 'Inference', title: 'Refused and expired', metrics: ['Shed', 'ExpiredEntries'] },
  {
    section: 'Inference',
    title: 'Predictions',
    metrics: ['Predictions', 'OtherLanguageTexts', 'TruncatedTexts'],
  },
  { section: 'Inference', title: 'Label mix', metrics: ['PredictedLabels'] },
  {
    section: 'Inference',
    title: 'Label drift',
    metrics: ['LabelDrift'],
    statistics: ['Maximum', 'Average'],
  },
  {
    section: 'Inference',
    title: 'Confidence and unknown tokens',
    metrics: ['MeanConfidence', 'UnknownTokenShare'],
    statistics: ['Average'],
  },
  { section: 'Inference', title: 'Queue wait', metrics: ['QueueWait'], statistics: PERCENTILES },
  {
    section: 'Inference',
    title: 'Worker saturation',
    metrics: ['WorkerSaturation'],
    statistics: ['Maximum', 'Average'],
  },
  {
    section: 'Inference',
    title: 'Workers replaced and texts failed',
    metrics: ['WorkerRestarts', 'ModelFailures'],
  },
  {
    section: 'Feature store',
    title: 'Hits and misses',
    metrics: ['FeatureStoreHits', 'FeatureStoreMisses'],
  },
  { section: 'Feature store', title: 'Errors by operation', metrics: ['FeatureStoreErrors'] },
  {
    section: 'Feature store',
    title: 'Rows dropped',
    metrics: ['FeatureStoreCorruptRows', 'FeatureStoreDroppedWrites'],
  },
  {
    section: 'Feature store',
    title: 'Prediction log',
    metrics: ['PredictionLogRecords', 'PredictionLogErrors'],
  },
  {
    section: 'Feature store',
    title: 'Prediction log: lost records by type',
    metrics: ['PredictionLogDroppedRecords'],
  },
  { section: 'Tweets', title: 'Calls to the source by outcome', metrics: ['TweetSourceCalls'] },
  { section: 'Tweets', title: 'X reads spent', metrics: ['TweetReadsSpent'] },
];
