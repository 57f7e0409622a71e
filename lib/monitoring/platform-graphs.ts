import type { IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import type { LoadBalancerNames, MonitoredNames } from './monitored-names.ts';
import {
  firewallMetric,
  loadBalancerErrorsMetric,
  probeMetric,
  storeNodeMetrics,
  type TargetGroupMetricName,
  targetGroupMetric,
  taskCountMetric,
  taskUsageMetric,
} from './platform-metrics.ts';

/** A graph of metrics of AWS services; graphs of the service's own metrics are in graphs.ts. */
export interface PlatformGraph {
  readonly title: string;
  /** Label of the axis: the unit, and the period of counts. */
  readonly axis: string;
  readonly metrics: IMetric[];
}

export function loadBalancerGraphs(names: LoadBalancerNames): PlatformGraph[] {
  const metrics = (name: TargetGroupMetricName, statistic: string) =>
    Object.entries(names.targetGroups).map(([label, group]) =>
      targetGroupMetric(names.loadBalancer, group, name, { statistic, label }),
    );
  return [
    {
      title: 'Load balancer: 5xx of tasks',
      axis: 'count per minute',
      metrics: metrics('HTTPCode_Target_5XX_Count', 'Sum'),
    },
    {
      title: 'Load balancer: 5xx without a task',
      axis: 'count per minute',
      metrics: [loadBalancerErrorsMetric(names, { label: 'no task answered' })],
    },
    {
      title: 'Load balancer: healthy tasks',
      axis: 'tasks',
      metrics: metrics('HealthyHostCount', 'Maximum'),
    },
  ];
}

export function probeGraphs({ probe }: MonitoredNames): PlatformGraph[] {
  return probe === undefined
    ? []
    : [{ title: 'Failed probes', axis: 'count in 5 min', metrics: [probeMetric(probe, 'Errors')] }];
}

export function taskGraphs(names: MonitoredNames): PlatformGraph[] {
  return [
    {
      title: 'CPU and memory',
      axis: '%',
      metrics: [
        taskUsageMetric(names, 'CPUUtilization', { label: 'CPU' }),
        taskUsageMetric(names, 'MemoryUtilization', { label: 'memory' }),
      ],
    },
    {
      title: 'Tasks',
      axis: 'tasks',
      metrics: [
        taskCountMetric(names, 'RunningTaskCount'),
        taskCountMetric(names, 'DesiredTaskCount'),
      ],
    },
  ];
}

export function valkeyGraphs(names: MonitoredNames): PlatformGraph[] {
  return [
    {
      title: 'Valkey: CPU of the command thread',
      axis: '%',
      metrics: storeNodeMetrics(names, 'EngineCPUUtilization'),
    },
    {
      title: 'Valkey: memory used',
      axis: '%',
      metrics: storeNodeMetrics(names, 'DatabaseMemoryUsagePercentage'),
    },
    {
      title: 'Valkey: evictions',
      axis: 'count per minute',
      metrics: storeNodeMetrics(names, 'Evictions'),
    },
    {
      title: 'Valkey: connections',
      axis: 'connections',
      metrics: storeNodeMetrics(names, 'CurrConnections'),
    },
    {
      title: 'Valkey: replication lag',
      axis: 'seconds',
      metrics: storeNodeMetrics(names, 'ReplicationLag'),
    },
  ];
}

/** No graph without a firewall. */
export function firewallGraphs({ webFirewall }: MonitoredNames): PlatformGraph[] {
  if (webFirewall === undefined) return [];
  return [
    {
      title: 'Firewall',
      axis: 'count per minute',
      metrics: [
        firewallMetric(webFirewall, 'BlockedRequests'),
        firewallMetric(webFirewall, 'CountedRequests'),
      ],
    },
  ];
}
