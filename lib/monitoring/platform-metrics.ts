import { Aws, Duration } from 'aws-cdk-lib';
import { Metric, type MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import type { LoadBalancerNames, MonitoredNames } from './monitored-names.ts';

/** Metrics of AWS services, by the minute unless `options` say otherwise. */
function platformMetric(
  namespace: string,
  metricName: string,
  dimensionsMap: Record<string, string>,
  options: MetricOptions,
): Metric {
  return new Metric({
    namespace,
    metricName,
    dimensionsMap,
    period: Duration.minutes(1),
    ...options,
  });
}

/** Metrics of AWS/ApplicationELB that are kept for each target group. */
export type TargetGroupMetricName =
  | 'HTTPCode_Target_5XX_Count'
  | 'RequestCount'
  | 'TargetResponseTime'
  | 'HealthyHostCount'
  | 'UnHealthyHostCount';

/**
 * One metric of one target group. The metrics of aws-cdk-lib's target group split a listener's ARN
 * to find the load balancer, which cfn-lint rejects across stacks.
 */
export function targetGroupMetric(
  loadBalancer: string,
  targetGroup: string,
  metricName: TargetGroupMetricName,
  options: MetricOptions,
): Metric {
  const dimensions = { LoadBalancer: loadBalancer, TargetGroup: targetGroup };
  return platformMetric('AWS/ApplicationELB', metricName, dimensions, options);
}

/** 5xx answers of the load balancer itself, when no task accepted or completed the request. */
export function loadBalancerErrorsMetric(
  { loadBalancer }: LoadBalancerNames,
  options: MetricOptions = {},
): Metric {
  const dimensions = { LoadBalancer: loadBalancer };
  const statistic = { statistic: 'Sum', ...options };
  return platformMetric('AWS/ApplicationELB', 'HTTPCode_ELB_5XX_Count', dimensions, statistic);
}

/** Percent of the CPU or memory that the tasks of the service have, on average. */
export function taskUsageMetric(
  { cluster, service }: MonitoredNames,
  metricName: 'CPUUtilization' | 'MemoryUtilization',
  options: MetricOptions,
): Metric {
  const dimensions = { ClusterName: cluster, ServiceName: service };
  return platformMetric('AWS/ECS', metricName, dimensions, { statistic: 'Average', ...options });
}

/** Number of tasks, as Container Insights counts it. */
export function taskCountMetric(
  { cluster, service }: MonitoredNames,
  metricName: 'RunningTaskCount' | 'DesiredTaskCount',
): Metric {
  return platformMetric(
    'ECS/ContainerInsights',
    metricName,
    { ClusterName: cluster, ServiceName: service },
    { statistic: 'Maximum', label: metricName },
  );
}

const STORE_STATISTICS = {
  /** Percent of the thread that runs commands; at 100 the node is saturated. */
  EngineCPUUtilization: 'Maximum',
  /** Percent of all cores of the node; includes the system, which counts on a small node. */
  CPUUtilization: 'Maximum',
  /** Credits left to a burstable node; at 0 it is throttled to its baseline. */
  CPUCreditBalance: 'Minimum',
  /** Percent of maxmemory in use; at 100 eviction begins. */
  DatabaseMemoryUsagePercentage: 'Maximum',
  Evictions: 'Sum',
  CurrConnections: 'Maximum',
  /** Seconds that a copy is behind the primary. */
  ReplicationLag: 'Maximum',
} as const;

/** One metric of each node of the feature store. */
export function storeNodeMetrics(
  { storeNodes }: MonitoredNames,
  metricName: keyof typeof STORE_STATISTICS,
  options: MetricOptions = {},
): Metric[] {
  return storeNodes.map((node, index) =>
    platformMetric(
      'AWS/ElastiCache',
      metricName,
      { CacheClusterId: node },
      { statistic: STORE_STATISTICS[metricName], label: `node ${index + 1}`, ...options },
    ),
  );
}

/** Requests that the firewall blocked or counted, over all rules. */
export function firewallMetric(
  webAcl: string,
  metricName: 'BlockedRequests' | 'CountedRequests',
): Metric {
  const dimensions = { WebACL: webAcl, Region: Aws.REGION, Rule: 'ALL' };
  const options = { statistic: 'Sum', label: metricName };
  return platformMetric('AWS/WAFV2', metricName, dimensions, options);
}

const PROBE_LABELS = { Errors: 'failed probes', Invocations: 'probes' } as const;

/** Runs of the probe, or those that were not answered as they should. */
export function probeMetric(functionName: string, metricName: keyof typeof PROBE_LABELS): Metric {
  return platformMetric(
    'AWS/Lambda',
    metricName,
    { FunctionName: functionName },
    { statistic: 'Sum', period: Duration.minutes(5), label: PROBE_LABELS[metricName] },
  );
}

/** Lines written to a log group. */
export function logEventsMetric(logGroup: string, options: MetricOptions): Metric {
  return platformMetric(
    'AWS/Logs',
    'IncomingLogEvents',
    { LogGroupName: logGroup },
    { statistic: 'Sum', ...options },
  );
}

/** Age in seconds of the oldest record that Firehose has not delivered. */
export function deliveryDelayMetric(predictionStream: string, options: MetricOptions): Metric {
  return platformMetric(
    'AWS/Firehose',
    'DeliveryToS3.DataFreshness',
    { DeliveryStreamName: predictionStream },
    { statistic: 'Maximum', ...options },
  );
}

/** Records that Firehose could not turn into Parquet and put under the error prefix. */
export function rejectedRecordsMetric(predictionStream: string, options: MetricOptions): Metric {
  return platformMetric(
    'AWS/Firehose',
    'FailedConversion.Records',
    { DeliveryStreamName: predictionStream },
    { statistic: 'Sum', ...options },
  );
}
