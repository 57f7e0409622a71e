/**
 * Every metric the service emits. Dashboards and alarms are drawn from the same entries,
 * so it imports nothing.
 */

export const METRIC_NAMESPACE = 'TweetSentimentService';

/** The dimension that every metric carries, before its own; SERVICE_NAME is its value. */
export const SERVICE_DIMENSION = 'Service';

/**
 * The dimension by which a metric marked `byRevision` is emitted once more, so that alarms can
 * tell a release from the one that it replaces; SERVICE_REVISION is its value.
 */
export const REVISION_DIMENSION = 'Revision';

/** CloudWatch units in use. */
export type MetricUnit = 'Count' | 'Milliseconds' | 'Percent' | 'None';

export type MetricDefinition = {
  readonly unit: MetricUnit;
  readonly description: string;
  /** Also emitted by revision, for alarms that stop a release. Costs one more metric per release. */
  readonly byRevision?: true;
} & (
  | { readonly dimension?: never; readonly dimensionValues?: never }
  | {
      /** Name of the one dimension that the metric is split by. */
      readonly dimension: string;
      /** Values of the dimension in a running service, roughly; CloudWatch bills each as a metric. */
      readonly dimensionValues: number;
    }
);

export const METRICS = {
  Requests: {
    unit: 'Count',
    description: 'Requests to /v1 and /v2 answered, whatever the status',
    byRevision: true,
  },
  ServerErrors: {
    unit: 'Count',
    description: 'Requests to /v1 and /v2 answered with status 500 or above',
    byRevision: true,
  },
  OwnFailures: {
    unit: 'Count',
    description:
      'Requests that failed because of the service itself: error codes of class own, neither the caller, X nor Redis',
    byRevision: true,
  },
  RequestFailures: {
    unit: 'Count',
    description: 'Requests answered with a problem, by error code',
    dimension: 'Code',
    dimensionValues: 8,
  },
  RequestLatency: {
    unit: 'Milliseconds',
    description: 'Time from the arrival of a request, with its body, to its answer',
    byRevision: true,
  },
  PhaseLatency: {
    unit: 'Milliseconds',
    description: 'Time a request spent in one phase: store, source, tokenize, queue, infer',
    dimension: 'Phase',
    dimensionValues: 5,
  },
  FeatureStoreHits: { unit: 'Count', description: 'Tweets answered from the feature store' },
  FeatureStoreMisses: { unit: 'Count', description: 'Tweets the feature store did not hold' },
  FeatureStoreErrors: {
    unit: 'Count',
    description: 'Feature store operations that failed or were refused by the open breaker',
    dimension: 'Operation',
    dimensionValues: 3,
  },
  FeatureStoreCorruptRows: {
    unit: 'Count',
    description: 'Rows that failed validation on read and were dropped',
  },
  FeatureStoreDroppedWrites: {
    unit: 'Count',
    description:
      'Rows not written: too many waited for the store, for too long, or at the end of the process',
  },
  PredictionLogRecords: { unit: 'Count', description: 'Records written to the prediction log' },
  PredictionLogErrors: {
    unit: 'Count',
    description: 'Writes to the prediction log that failed, wholly or in part; they are repeated',
  },
  PredictionLogDroppedRecords: {
    unit: 'Count',
    description: 'Records lost because too many waited to be written, by type',
    dimension: 'RecordType',
    dimensionValues: 2,
  },
  TweetSourceCalls: {
    unit: 'Count',
    description: 'Calls to the tweet source, by outcome',
    dimension: 'Outcome',
    dimensionValues: 3,
  },
  TweetReadsSpent: { unit: 'Count', description: 'Billable post reads at the X API' },
  Predictions: { unit: 'Count', description: 'Texts the model has scored' },
  ModelFailures: {
    unit: 'Count',
    description: 'Texts for which the model gave scores that are not finite',
  },
  PredictedLabels: {
    unit: 'Count',
    description: 'Texts the model has scored, by the label it gave them',
    dimension: 'Label',
    dimensionValues: 3,
  },
  LabelDrift: {
    unit: 'None',
    description:
      "Population stability index of the last 2,000 predictions' labels against the model's reference mix",
  },
  MeanConfidence: {
    unit: 'Percent',
    description: 'Mean probability of the label given, over the last 2,000 predictions',
  },
  UnknownTokenShare: {
    unit: 'Percent',
    description: "Tokens that the model's vocabulary lacks, over the last 2,000 predictions",
  },
  OtherLanguageTexts: {
    unit: 'Count',
    description: 'Texts scored in a language that the model does not read',
  },
  TruncatedTexts: { unit: 'Count', description: 'Texts longer than the model window' },
  Shed: { unit: 'Count', description: 'Requests refused because their deadline could not be met' },
  ExpiredEntries: {
    unit: 'Count',
    description: 'Queued texts dropped because their deadline passed or every caller left',
  },
  QueueWait: { unit: 'Milliseconds', description: 'Time a text waited for a worker' },
  WorkerSaturation: {
    unit: 'Percent',
    description: 'Busy share of the inference workers, sent when idle too',
  },
  LogDroppedLines: {
    unit: 'Count',
    description: 'Lines of log and metrics dropped because standard output accepted none',
  },
  WorkerRestarts: { unit: 'Count', description: 'Inference workers replaced after a crash' },
} as const satisfies Record<string, MetricDefinition>;

export type MetricName = keyof typeof METRICS;

/** Metrics that are split by a dimension. */
export type DimensionedMetricName = {
  [N in MetricName]: (typeof METRICS)[N] extends { readonly dimension: string } ? N : never;
}[MetricName];
