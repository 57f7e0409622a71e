import { Duration } from 'aws-cdk-lib';
import {
  ComparisonOperator,
  type IMetric,
  MathExpression,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { StageConfig } from '../stage-config.ts';
import type { AlarmSpec } from './alarm.ts';
import { contractMetric } from './contract-metric.ts';
import type { LoadBalancerNames, MonitoredNames } from './monitored-names.ts';
import {
  loadBalancerErrorsMetric,
  targetGroupMetric,
  taskCountMetric,
} from './platform-metrics.ts';
import { probeAlarms } from './probe-alarms.ts';
import { failurePercent, serviceCounts, shedPercent } from './ratios.ts';
import { slowRequestMs } from './slow-request.ts';

const FEWEST_FAILURES = 5;

/** Failures and delays that callers notice. */
export function requestAlarms(config: StageConfig, names: MonitoredNames): AlarmSpec[] {
  const { stage, maxTasks } = config;
  const slowMs = slowRequestMs(config);
  return [
    {
      name: 'failures',
      kind: 'page',
      happened: 'More than 5 % of the requests fail because of the service itself.',
      metric: failurePercent(serviceCounts(stage), FEWEST_FAILURES),
      threshold: 5,
      readings: 3,
      periods: 5,
    },
    {
      name: 'latency',
      kind: 'page',
      happened: `1 % of the requests take longer than ${slowMs} ms.`,
      metric: contractMetric(stage, 'RequestLatency', { statistic: 'p99' }),
      threshold: slowMs,
      readings: 4,
      periods: 5,
    },
    {
      name: 'shedding',
      kind: 'page',
      happened: 'Load shedding: more than 1 % of the requests are rejected.',
      metric: shedPercent(stage, FEWEST_FAILURES),
      threshold: 1,
      readings: 3,
      periods: 5,
    },
    {
      name: 'not-reached',
      kind: 'page',
      happened: 'The load balancer itself answers more than 10 requests a minute with 5xx.',
      metric: loadBalancerErrorsMetric(names),
      threshold: 10,
      readings: 3,
      periods: 5,
    },
    {
      name: 'no-healthy-tasks',
      kind: 'page',
      happened: 'The load balancer has no healthy task.',
      metric: healthyTasks(names),
      threshold: 1,
      comparison: ComparisonOperator.LESS_THAN_THRESHOLD,
      // A minute that arrives late is not an outage.
      readings: 3,
      periods: 5,
      missing: TreatMissingData.BREACHING,
    },
    {
      name: 'silent',
      kind: 'page',
      happened: 'No task has sent metrics for five minutes.',
      // Idle tasks send it too, so missing data means that the service or its log is down.
      metric: contractMetric(stage, 'WorkerSaturation', { statistic: 'SampleCount' }),
      threshold: 1,
      comparison: ComparisonOperator.LESS_THAN_THRESHOLD,
      periods: 5,
      missing: TreatMissingData.BREACHING,
    },
    ...probeAlarms(names),
    {
      name: 'tasks-missing',
      kind: 'notice',
      happened:
        'Fewer tasks run than ECS wants, for 15 minutes: they cannot be placed or do not start.',
      metric: missingTasks(names),
      threshold: 0,
      periods: 15,
    },
    {
      name: 'saturated',
      kind: 'notice',
      happened: `Inference workers have been more than 90 % busy for 15 minutes; ${maxTasks} tasks may not be enough.`,
      metric: contractMetric(stage, 'WorkerSaturation', { statistic: 'Average' }),
      threshold: 90,
      periods: 15,
    },
    {
      name: 'worker-restarts',
      kind: 'notice',
      happened: 'Three or more inference workers crashed within 15 minutes.',
      metric: contractMetric(stage, 'WorkerRestarts', { period: Duration.minutes(15) }),
      threshold: 2,
      periods: 1,
    },
    {
      name: 'model-failures',
      kind: 'notice',
      happened: 'The model gave scores that are not finite for at least one text.',
      metric: contractMetric(stage, 'ModelFailures', { period: Duration.minutes(5) }),
      threshold: 0,
      periods: 1,
    },
  ];
}

/**
 * Highest number of healthy tasks in a target group: in a canary, tasks are in either or in both.
 * Without FILL, which would make a late minute look like no task at all.
 */
function healthyTasks({ loadBalancer, targetGroups }: LoadBalancerNames): IMetric {
  const usingMetrics = Object.fromEntries(
    Object.entries(targetGroups).map(([color, group]) => [
      color,
      targetGroupMetric(loadBalancer, group, 'HealthyHostCount', { statistic: 'Maximum' }),
    ]),
  );
  return new MathExpression({
    expression: `MAX([${Object.keys(usingMetrics).join(', ')}])`,
    usingMetrics,
    period: Duration.minutes(1),
    label: 'healthy tasks',
  });
}

function missingTasks(names: MonitoredNames): IMetric {
  return new MathExpression({
    expression: 'desired - running',
    usingMetrics: {
      desired: taskCountMetric(names, 'DesiredTaskCount'),
      running: taskCountMetric(names, 'RunningTaskCount'),
    },
    period: Duration.minutes(1),
    label: 'tasks missing',
  });
}
