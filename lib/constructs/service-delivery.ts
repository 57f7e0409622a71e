import type * as ecs from 'aws-cdk-lib/aws-ecs';
import type * as elbv2 from 'aws-cdk-lib/aws-elasticloadbalancingv2';

/** How a service gets its releases and its requests: what differs between the strategies. */
export interface ServiceDelivery {
  /** Further properties of the service. */
  readonly options: Partial<ecs.FargateServiceProps>;
  /** Puts the service behind the load balancer, once it exists. */
  attach(service: ecs.FargateService): void;
  readonly targetGroups: readonly elbv2.ApplicationTargetGroup[];
}
