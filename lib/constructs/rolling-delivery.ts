import type * as ecs from 'aws-cdk-lib/aws-ecs';
import * as elbv2 from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type { PublicLoadBalancer } from './public-load-balancer.ts';
import type { ServiceDelivery } from './service-delivery.ts';
import type { ServiceTask } from './service-task.ts';

/** Rolling update with the circuit breaker of ECS: tasks that cannot start are rolled back. */
export class RollingDelivery implements ServiceDelivery {
  readonly options = { circuitBreaker: { rollback: true } };
  readonly targetGroups: Readonly<Record<string, elbv2.ApplicationTargetGroup>>;
  readonly #targetGroup: elbv2.ApplicationTargetGroup;
  readonly #task: ServiceTask;

  constructor(endpoint: PublicLoadBalancer, task: ServiceTask) {
    this.#task = task;
    this.#targetGroup = endpoint.addTargetGroup('Targets');
    this.targetGroups = { tasks: this.#targetGroup };
    endpoint.addPublicListener(elbv2.ListenerAction.forward([this.#targetGroup]));
  }

  attach(service: ecs.FargateService): void {
    const { containerName } = this.#task;
    this.#targetGroup.addTarget(service.loadBalancerTarget({ containerName }));
  }
}
