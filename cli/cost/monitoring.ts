import { alarmedMetrics } from '../../lib/monitoring/stage-alarms.ts';
import type { StageConfig } from '../../lib/stage-config.ts';
import { METRICS, type MetricDefinition } from '../../service/contract/metrics.ts';
import { counted } from '../kit/counted.ts';
import { CLOUDWATCH, DAYS_PER_MONTH, GIGABYTE, LOGS, SECONDS_PER_MONTH } from '../kit/prices.ts';

/** One line of log for a request, about 180 bytes, and the 26 that CloudWatch adds to each. */
const LOG_BYTES_PER_REQUEST = 210;
/** Bytes that a request adds to the metrics that send every value, such as latency. */
const METRIC_BYTES_PER_REQUEST = 40;
/** One line every ten seconds with the saturation, measured. */
const IDLE_METRIC_BYTES_PER_SECOND = 27;
/** Eight lines of metrics every ten seconds, measured, without the values of requests. */
const BUSY_METRIC_BYTES_PER_SECOND = 310;

/** Sent when idle too; all others are sent, and paid for, in hours with requests only. */
const IDLE_METRICS = 1;
const BUSY_METRICS = Object.values<MetricDefinition>(METRICS)
  .map(({ dimensionValues = 1, byRevision }) => dimensionValues * (byRevision ? 2 : 1))
  .reduce((sum, count) => sum + count, 0);

/** Metrics of a cluster, service and task family with standard Container Insights, roughly. */
const INSIGHTS_METRICS = 30;
/** Container Insights logs one event a minute for the cluster, the service, each task and container. */
const INSIGHTS_BYTES_PER_EVENT = 1_200;
/** Application Auto Scaling creates two for each of the two policies. */
export const SCALING_ALARMS = 4;
const COMPOSITE_ALARMS = 2;

/** Bytes that a stage sends to its log in a month. */
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
    basis: `${gigabytes.toFixed(1)} GB, kept ${counted(logDays, 'day')}`,
  };
}

export function containerInsights(tasks: number) {
  const events = (2 + 2 * tasks) * (SECONDS_PER_MONTH / 60);
  const gigabytes = (events * INSIGHTS_BYTES_PER_EVENT) / GIGABYTE;
  return {
    name: 'Container Insights',
    usdPerMonth: INSIGHTS_METRICS * CLOUDWATCH.metricMonth + gigabytes * LOGS.gigabyteIngested,
    basis: `${INSIGHTS_METRICS} metrics, ${gigabytes.toFixed(1)} GB of logs`,
  };
}

export function metricsAndAlarms(config: StageConfig, requests: number) {
  const metrics = IDLE_METRICS + busyShare(requests) * (BUSY_METRICS - IDLE_METRICS);
  const alarmed = alarmedMetrics(config) + SCALING_ALARMS;
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
