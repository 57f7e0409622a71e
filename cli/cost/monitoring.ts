import type { StageConfig } from '../../lib/stage-config.ts';
import {
  type DimensionedMetricName,
  METRICS,
  type MetricDefinition,
} from '../../service/contract/metrics.ts';
import { CLOUDWATCH, DAYS_PER_MONTH, GIGABYTE, LOGS, SECONDS_PER_MONTH } from './prices.ts';

/** One line of log for a request, about 180 bytes, and the 26 that CloudWatch adds to each. */
const LOG_BYTES_PER_REQUEST = 210;
/** What one request adds to the metrics that hold every value, such as its latency. */
const METRIC_BYTES_PER_REQUEST = 40;
/** Every ten seconds one line with the saturation, measured. */
const IDLE_METRIC_BYTES_PER_SECOND = 27;
/** Every ten seconds eight lines of metrics, measured, without the values of requests. */
const BUSY_METRIC_BYTES_PER_SECOND = 310;

/** How many values the dimension of a metric has in a running service, roughly. */
export const DIMENSION_VALUES = {
  RequestFailures: 8,
  StageLatency: 5,
  FeatureStoreErrors: 3,
  PredictionLogDroppedRecords: 2,
  TweetSourceCalls: 3,
  PredictedLabels: 3,
} as const satisfies Record<DimensionedMetricName, number>;

/** Sent when idle too; all others are sent, and paid for, in hours with requests only. */
const IDLE_METRICS = 1;
const BUSY_METRICS = Object.entries(METRICS).reduce((sum, [name, definition]) => {
  const { byRevision }: MetricDefinition = definition;
  const values = DIMENSION_VALUES[name as DimensionedMetricName] ?? 1;
  return sum + values + (byRevision ? 1 : 0);
}, 0);

/** Those of one cluster, service and task family with standard Container Insights, roughly. */
const INSIGHTS_METRICS = 30;
/** Metrics that the alarms of the template watch; a query watches all that it reads. */
export const ALARMED_METRICS = { rolling: 24, canary: 39 } as const;
/** Application Auto Scaling makes two for each of the two policies. */
export const SCALING_ALARMS = 4;
const COMPOSITE_ALARMS = 2;

/** What a stage sends to its log in a month. */
export function logBytes(requests: number, tasks: number): number {
  const perSecond =
    IDLE_METRIC_BYTES_PER_SECOND +
    busyShare(requests) * (BUSY_METRIC_BYTES_PER_SECOND - IDLE_METRIC_BYTES_PER_SECOND);
  return (
    requests * (LOG_BYTES_PER_REQUEST + METRIC_BYTES_PER_REQUEST) +
    tasks * SECONDS_PER_MONTH * perSecond
  );
}

export function logs({ logDays }: StageConfig, requests: number, tasks: number) {
  const gigabytes = logBytes(requests, tasks) / GIGABYTE;
  const stored = gigabytes * (logDays / DAYS_PER_MONTH);
  return {
    name: 'logs',
    usdPerMonth: gigabytes * LOGS.gigabyteIngested + stored * LOGS.gigabyteMonth,
    basis: `${gigabytes.toFixed(1)} GB, kept ${logDays} days`,
  };
}

export function containerInsights() {
  return {
    name: 'Container Insights',
    usdPerMonth: INSIGHTS_METRICS * CLOUDWATCH.metricMonth,
    basis: `${INSIGHTS_METRICS} metrics`,
  };
}

export function metricsAndAlarms({ deployment }: StageConfig, requests: number) {
  const metrics = IDLE_METRICS + busyShare(requests) * (BUSY_METRICS - IDLE_METRICS);
  const alarmed = ALARMED_METRICS[deployment] + SCALING_ALARMS;
  return {
    name: 'metrics and alarms',
    usdPerMonth:
      metrics * CLOUDWATCH.metricMonth +
      alarmed * CLOUDWATCH.alarmMetricMonth +
      COMPOSITE_ALARMS * CLOUDWATCH.compositeAlarmMonth +
      CLOUDWATCH.dashboardMonth,
    basis: `${metrics.toFixed(0)} own metrics, ${alarmed} alarmed ones, 1 dashboard`,
  };
}

/** Share of the hours that see a request: CloudWatch charges a metric by the hour it is sent in. */
function busyShare(requestsPerMonth: number): number {
  return Math.min(1, requestsPerMonth / DAYS_PER_MONTH / 24);
}
