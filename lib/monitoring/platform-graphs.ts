import { Duration } from 'aws-cdk-lib';
import { type IMetric, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { ValkeyReplicationGroup } from '../constructs/valkey-replication-group.ts';
import type { ServiceStack } from '../stacks/service-stack.ts';
import {
  ownErrorsMetric,
  type TargetGroupMetricName,
  targetGroupMetric,
} from './load-balancer-metrics.ts';

/** A graph of what AWS measures; those of the contract are in graphs.ts. */
export interface PlatformGraph {
  readonly title: string;
  /** What the axis says: the unit, and by what time. */
  readonly axis: string;
  readonly metrics: IMetric[];
}

const BY_MINUTE = { period: Duration.minutes(1) };

export function loadBalancerGraphs({ targetGroups, endpoint }: ServiceStack): PlatformGraph[] {
  const labels = targetGroups.length > 1 ? ['blue', 'green'] : ['tasks'];
  const metrics = (name: TargetGroupMetricName, statistic: string) =>
    targetGroups.map((group, index) =>
      targetGroupMetric(endpoint.loadBalancer, group, name, {
        statistic,
        label: labels[index] ?? name,
      }),
    );
  return [
    {
      title: 'Load balancer: 5xx of tasks',
      axis: 'count per minute',
      metrics: metrics('HTTPCode_Target_5XX_Count', 'Sum'),
    },
    {
      title: 'Load balancer: 5xx of its own',
      axis: 'count per minute',
      metrics: [ownErrorsMetric(endpoint.loadBalancer, { label: 'no task answered' })],
    },
    {
      title: 'Load balancer: healthy tasks',
      axis: 'tasks',
      metrics: metrics('HealthyHostCount', 'Maximum'),
    },
  ];
}

export function taskGraphs({ service, cluster }: ServiceStack): PlatformGraph[] {
  const insight = (metricName: string) =>
    new Metric({
      namespace: 'ECS/ContainerInsights',
      metricName,
      statistic: 'Maximum',
      dimensionsMap: { ClusterName: cluster.clusterName, ServiceName: service.serviceName },
      label: metricName,
      ...BY_MINUTE,
    });
  return [
    {
      title: 'CPU and memory',
      axis: '%',
      metrics: [
        service.metricCpuUtilization({ label: 'CPU', ...BY_MINUTE }),
        service.metricMemoryUtilization({ label: 'memory', ...BY_MINUTE }),
      ],
    },
    {
      title: 'Tasks',
      axis: 'tasks',
      metrics: [insight('RunningTaskCount'), insight('DesiredTaskCount')],
    },
  ];
}

export function valkeyGraphs(valkey: ValkeyReplicationGroup): PlatformGraph[] {
  return [
    {
      title: 'Valkey: CPU of the command thread',
      axis: '%',
      metrics: valkey.metricEngineCpuUtilization(BY_MINUTE),
    },
    { title: 'Valkey: memory used', axis: '%', metrics: valkey.metricMemoryUsage(BY_MINUTE) },
    {
      title: 'Valkey: evictions',
      axis: 'count per minute',
      metrics: valkey.metricEvictions(BY_MINUTE),
    },
    {
      title: 'Valkey: connections',
      axis: 'connections',
      metrics: valkey.metricCurrConnections(BY_MINUTE),
    },
    {
      title: 'Valkey: replication lag',
      axis: 'seconds',
      metrics: valkey.metricReplicationLag(BY_MINUTE),
    },
  ];
}

/** None where there is no firewall. */
export function firewallGraphs({ webFirewall, region }: ServiceStack): PlatformGraph[] {
  if (!webFirewall) return [];
  const requests = (metricName: string) =>
    new Metric({
      namespace: 'AWS/WAFV2',
      metricName,
      statistic: 'Sum',
      dimensionsMap: { WebACL: webFirewall.name, Region: region, Rule: 'ALL' },
      label: metricName,
      ...BY_MINUTE,
    });
  return [
    {
      title: 'Firewall',
      axis: 'count per minute',
      metrics: [requests('BlockedRequests'), requests('CountedRequests')],
    },
  ];
}
