import type * as ecs from 'aws-cdk-lib/aws-ecs';

/** Deployment strategy of the service: how releases and requests reach it. */
export interface ServiceDelivery {
  /** Further properties of the service. */
  readonly options: Partial<ecs.FargateServiceProps>;
  /** Registers the service with the load balancer. */
  attach(service: ecs.FargateService): void;
}
