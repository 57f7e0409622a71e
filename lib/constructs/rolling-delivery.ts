import type * as ecs from 'aws-cdk-lib/aws-ecs';
import type { BlueGreenTraffic } from './blue-green-traffic.ts';
import type { ServiceDelivery } from './service-delivery.ts';
import type { ServiceTask } from './service-task.ts';

/**
 * Rolling update in the blue target group, with the circuit breaker of ECS: tasks that cannot start
 * are rolled back.
 */
export class RollingDelivery implements ServiceDelivery {
  readonly options = { circuitBreaker: { rollback: true } };
  readonly #traffic: BlueGreenTraffic;
  readonly #task: ServiceTask;

  constructor(traffic: BlueGreenTraffic, task: ServiceTask) {
    this.#traffic = traffic;
    this.#task = task;
  }

  attach(service: ecs.FargateService): void {
    const { targetGroups, productionRule } = this.#traffic;
    const { containerName } = this.#task;
    targetGroups.blue.addTarget(service.loadBalancerTarget({ containerName }));
    // ECS refuses a target group that no listener uses.
    service.node.addDependency(productionRule);
  }
}
