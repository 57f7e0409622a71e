import { ComparisonOperator, type IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import type { StageConfig } from '../stage-config.ts';
import type { AlarmSpec } from './alarm.ts';
import { contractMetric } from './contract-metric.ts';
import type { LoadBalancerNames } from './monitored-names.ts';
import { type TargetGroupMetricName, targetGroupMetric } from './platform-metrics.ts';
import { failurePercent, type RequestCounts, serviceCounts } from './ratios.ts';
import { slowRequestMs } from './slow-request.ts';

/** Percent of requests. A release that replaces a healthy one has no reason to fail more. */
const FAILURE_PERCENT = 5;
const FEWEST_FAILURES = 3;

const TWO_OF_THREE = { kind: 'rollback', readings: 2, periods: 3 } as const;

/**
 * Alarms that stop a canary and roll it back: by its API reference the circuit breaker of ECS is for
 * rolling deployments only. Releases alternate between the target groups, so both are watched for latency and
 * health. Failures are counted by the service, of the new revision: the load balancer cannot tell
 * our failures from X's limits, which a release meets more often because its keys are new. Silent
 * without traffic.
 */
export function releaseAlarms(
  config: StageConfig,
  revision: string,
  { loadBalancer, targetGroups }: LoadBalancerNames,
): AlarmSpec[] {
  const { stage } = config;
  const slowMs = slowRequestMs(config);
  const ofGroups = Object.entries(targetGroups).flatMap(([color, targetGroup]) => {
    const metric = (name: TargetGroupMetricName, statistic: string) =>
      targetGroupMetric(loadBalancer, targetGroup, name, { statistic });
    const watched = `the ${color} target group`;
    return [
      latency(color, watched, slowMs, metric('TargetResponseTime', 'p99'), slowMs / 1_000),
      unhealthy(color, watched, metric('UnHealthyHostCount', 'Maximum')),
    ];
  });
  const watched = `revision ${revision}`;
  const p99 = contractMetric(stage, 'RequestLatency', { revision, statistic: 'p99' });
  return [
    ...ofGroups,
    failures(watched, serviceCounts(stage, revision)),
    latency('revision', watched, slowMs, p99, slowMs),
  ];
}

function failures(watched: string, counts: RequestCounts): AlarmSpec {
  return {
    name: 'revision-failures',
    runbookSection: 'release-failures',
    happened: `More than ${FAILURE_PERCENT} % of the requests to ${watched} fail because of the service.`,
    metric: failurePercent(counts, FEWEST_FAILURES),
    threshold: FAILURE_PERCENT,
    ...TWO_OF_THREE,
  };
}

/** @param threshold `slowMs` in the metric's unit */
function latency(
  name: string,
  watched: string,
  slowMs: number,
  p99: IMetric,
  threshold: number,
): AlarmSpec {
  return {
    name: `${name}-latency`,
    runbookSection: 'release-latency',
    happened: `1 % of the requests to ${watched} take longer than ${slowMs} ms.`,
    metric: p99,
    threshold,
    ...TWO_OF_THREE,
  };
}

function unhealthy(name: string, watched: string, hosts: IMetric): AlarmSpec {
  return {
    name: `${name}-unhealthy`,
    runbookSection: 'release-unhealthy',
    happened: `Tasks of ${watched} fail their health check.`,
    metric: hosts,
    threshold: 1,
    comparison: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    ...TWO_OF_THREE,
  };
}
