import type * as ecs from 'aws-cdk-lib/aws-ecs';
import type * as elbv2 from 'aws-cdk-lib/aws-elasticloadbalancingv2';

/** Deployment strategy of the service: how releases and requests reach it. */
export interface ServiceDelivery {
  /** Further properties of the service. */
  readonly options: Partial<ecs.FargateServiceProps>;
  /** Registers the service with the load balancer. */
  attach(service: ecs.FargateService): void;
  /** Target groups by label: `tasks`, or `blue` and `green`. */
  readonly targetGroups: Readonly<Record<string, elbv2.ApplicationTargetGroup>>;
}
