import { Duration } from 'aws-cdk-lib';
import {
  ComparisonOperator,
  type IMetric,
  MathExpression,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { DEFAULT_LIMITS } from '../../service/contract/http.ts';
import type { ServiceStack } from '../stacks/service-stack.ts';
import type { StageConfig } from '../stage-config.ts';
import type { AlarmSpec } from './alarm-spec.ts';
import { contractMetric } from './contract-metric.ts';
import { ownErrorsMetric, targetGroupMetric } from './load-balancer-metrics.ts';
import { failurePercent, shedPercent } from './ratios.ts';

/** What callers feel. */
export function requestAlarms(
  { stage, maxTasks }: StageConfig,
  service: ServiceStack,
): AlarmSpec[] {
  const { singleDeadlineMs } = DEFAULT_LIMITS;
  return [
    {
      name: 'failures',
      kind: 'page',
      happened: 'More than 5 % of the requests fail with status 500 or above.',
      metric: failurePercent(stage, 5),
      threshold: 5,
      readings: 3,
      periods: 5,
    },
    {
      name: 'latency',
      kind: 'page',
      happened: `1 % of the requests take longer than ${singleDeadlineMs} ms.`,
      metric: contractMetric(stage, 'RequestLatency', { statistic: 'p99' }),
      threshold: singleDeadlineMs,
      readings: 4,
      periods: 5,
    },
    {
      name: 'shedding',
      kind: 'page',
      happened: 'More than 1 % of the requests are refused because of load.',
      metric: shedPercent(stage, 5),
      threshold: 1,
      readings: 3,
      periods: 5,
    },
    {
      name: 'not-reached',
      kind: 'page',
      happened: 'The load balancer answers more than 10 requests a minute with 5xx itself.',
      metric: ownErrorsMetric(service.endpoint.loadBalancer),
      threshold: 10,
      readings: 3,
      periods: 5,
    },
    {
      name: 'no-healthy-tasks',
      kind: 'page',
      happened: 'The load balancer has no healthy task to send requests to.',
      metric: healthyTasks(service),
      threshold: 1,
      comparison: ComparisonOperator.LESS_THAN_THRESHOLD,
      periods: 2,
      missing: TreatMissingData.BREACHING,
    },
    {
      name: 'silent',
      kind: 'page',
      happened: 'No task has sent metrics for five minutes.',
      // Sent when idle too: its absence is the absence of the service, or of its log.
      metric: contractMetric(stage, 'WorkerSaturation', { statistic: 'SampleCount' }),
      threshold: 1,
      comparison: ComparisonOperator.LESS_THAN_THRESHOLD,
      periods: 5,
      missing: TreatMissingData.BREACHING,
    },
    {
      name: 'saturated',
      kind: 'notice',
      happened: `The workers have been busy for more than 90 % of a quarter of an hour: ${maxTasks} tasks may not be enough.`,
      metric: contractMetric(stage, 'WorkerSaturation', { statistic: 'Average' }),
      threshold: 90,
      periods: 15,
    },
    {
      name: 'worker-restarts',
      kind: 'notice',
      happened: 'Inference workers crash: three or more were replaced within a quarter of an hour.',
      metric: contractMetric(stage, 'WorkerRestarts', { period: Duration.minutes(15) }),
      threshold: 2,
      periods: 1,
    },
  ];
}

/** In a canary, tasks are in either group or in both. */
function healthyTasks({ targetGroups, endpoint }: ServiceStack): IMetric {
  const counts = targetGroups.map((group) =>
    targetGroupMetric(endpoint.loadBalancer, group, 'HealthyHostCount', { statistic: 'Maximum' }),
  );
  const [first] = counts;
  if (counts.length === 1 && first) return first;
  const usingMetrics = Object.fromEntries(counts.map((count, index) => [`g${index}`, count]));
  return new MathExpression({
    expression: Object.keys(usingMetrics)
      .map((id) => `FILL(${id}, 0)`)
      .join(' + '),
    usingMetrics,
    period: Duration.minutes(1),
    label: 'healthy tasks',
  });
}
