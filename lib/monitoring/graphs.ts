import type { MetricName } from '../../service/contract/metrics.ts';

/** A section of the dashboard, in the order shown. */
export type Section = 'Requests' | 'Inference' | 'Feature store' | 'Tweets';

export interface Graph {
  readonly section: Section;
  readonly title: string;
  /** Default: the sum of counts, the highest of everything else. */
  readonly statistics?: readonly string[];
}

const PERCENTILES = ['p50', 'p95', 'p99'];

export const GRAPHS = {
  traffic: { section: 'Requests', title: 'Requests' },
  failures: { section: 'Requests', title: 'Failures by code' },
  latency: { section: 'Requests', title: 'Latency', statistics: PERCENTILES },
  stages: { section: 'Requests', title: 'Latency by stage (p95)', statistics: ['p95'] },
  shed: { section: 'Inference', title: 'Refused and expired' },
  predictions: { section: 'Inference', title: 'Predictions' },
  labels: { section: 'Inference', title: 'Label mix' },
  drift: { section: 'Inference', title: 'Label drift', statistics: ['Maximum', 'Average'] },
  input: {
    section: 'Inference',
    title: 'Confidence and unknown tokens',
    statistics: ['Average'],
  },
  queue: { section: 'Inference', title: 'Queue wait', statistics: PERCENTILES },
  saturation: {
    section: 'Inference',
    title: 'Worker saturation',
    statistics: ['Maximum', 'Average'],
  },
  restarts: { section: 'Inference', title: 'Workers replaced' },
  hits: { section: 'Feature store', title: 'Hits and misses' },
  storeErrors: { section: 'Feature store', title: 'Errors by operation' },
  storeLosses: { section: 'Feature store', title: 'Rows dropped' },
  predictionLog: { section: 'Feature store', title: 'Prediction log' },
  predictionLogLosses: { section: 'Feature store', title: 'Prediction log: lost records by type' },
  sourceCalls: { section: 'Tweets', title: 'Calls to the source by outcome' },
  reads: { section: 'Tweets', title: 'X reads spent' },
} as const satisfies Record<string, Graph>;

export type GraphName = keyof typeof GRAPHS;

/** Where each metric is drawn, or why it is not. One that is added to the contract asks here. */
export const PLACEMENT = {
  Requests: 'traffic',
  ServerErrors: 'traffic',
  RequestFailures: 'failures',
  RequestLatency: 'latency',
  StageLatency: 'stages',
  FeatureStoreHits: 'hits',
  FeatureStoreMisses: 'hits',
  FeatureStoreErrors: 'storeErrors',
  FeatureStoreCorruptRows: 'storeLosses',
  FeatureStoreDroppedWrites: 'storeLosses',
  PredictionLogRecords: 'predictionLog',
  PredictionLogDroppedRecords: 'predictionLogLosses',
  PredictionLogErrors: 'predictionLog',
  TweetSourceCalls: 'sourceCalls',
  TweetReadsSpent: 'reads',
  Predictions: 'predictions',
  TruncatedTexts: 'predictions',
  PredictedLabels: 'labels',
  LabelDrift: 'drift',
  MeanConfidence: 'input',
  UnknownTokenShare: 'input',
  Shed: 'shed',
  ExpiredEntries: 'shed',
  QueueWait: 'queue',
  WorkerSaturation: 'saturation',
  WorkerRestarts: 'restarts',
} as const satisfies Record<MetricName, GraphName | { readonly leftOutBecause: string }>;
