import { Duration } from 'aws-cdk-lib';
import { Metric, type MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import type {
  ApplicationTargetGroup,
  IApplicationLoadBalancer,
} from 'aws-cdk-lib/aws-elasticloadbalancingv2';

/** Metrics of AWS/ApplicationELB that are kept for each target group. */
export type TargetGroupMetricName =
  | 'HTTPCode_Target_5XX_Count'
  | 'RequestCount'
  | 'TargetResponseTime'
  | 'HealthyHostCount'
  | 'UnHealthyHostCount';

/**
 * What the load balancer saw of one target group. The L2's own metrics take the balancer's name
 * apart from a listener's ARN, which cfn-lint rejects across stacks.
 */
export function targetGroupMetric(
  loadBalancer: IApplicationLoadBalancer & { readonly loadBalancerFullName: string },
  targetGroup: ApplicationTargetGroup,
  metricName: TargetGroupMetricName,
  options: MetricOptions,
): Metric {
  return new Metric({
    namespace: 'AWS/ApplicationELB',
    metricName,
    dimensionsMap: {
      LoadBalancer: loadBalancer.loadBalancerFullName,
      TargetGroup: targetGroup.targetGroupFullName,
    },
    period: Duration.minutes(1),
    ...options,
  });
}

/** What the load balancer answered itself with 5xx, because no task took or finished the request. */
export function ownErrorsMetric(
  loadBalancer: { readonly loadBalancerFullName: string },
  options: MetricOptions = {},
): Metric {
  return new Metric({
    namespace: 'AWS/ApplicationELB',
    metricName: 'HTTPCode_ELB_5XX_Count',
    dimensionsMap: { LoadBalancer: loadBalancer.loadBalancerFullName },
    statistic: 'Sum',
    period: Duration.minutes(1),
    ...options,
  });
}
