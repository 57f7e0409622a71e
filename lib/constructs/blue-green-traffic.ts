import * as elbv2 from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { Construct } from 'constructs';
import type { ServiceLoadBalancer } from './service-load-balancer.ts';

export type Color = 'blue' | 'green';

/**
 * Two target groups and the rule that sends the callers' requests to one of them or both. They are
 * the same for every deployment strategy, so that a live stage can change its strategy while blue
 * serves.
 */
export class BlueGreenTraffic extends Construct {
  readonly targetGroups: Readonly<Record<Color, elbv2.ApplicationTargetGroup>>;
  readonly productionRule: elbv2.ApplicationListenerRule;

  constructor(scope: Construct, id: string, endpoint: ServiceLoadBalancer) {
    super(scope, id);
    this.targetGroups = {
      blue: endpoint.addTargetGroup('Blue'),
      green: endpoint.addTargetGroup('Green'),
    };
    this.productionRule = this.addRule(
      'ProductionRule',
      endpoint.addPublicListener(REFUSE),
      elbv2.ListenerCondition.pathPatterns(['/*']),
    );
  }

  /** A rule with both target groups: ECS can only shift weight between groups of the rule. */
  addRule(
    id: string,
    listener: elbv2.ApplicationListener,
    condition: elbv2.ListenerCondition,
  ): elbv2.ApplicationListenerRule {
    return new elbv2.ApplicationListenerRule(this, id, {
      listener,
      priority: 1,
      conditions: [condition],
      action: elbv2.ListenerAction.weightedForward([
        { targetGroup: this.targetGroups.blue, weight: 100 },
        { targetGroup: this.targetGroups.green, weight: 0 },
      ]),
    });
  }
}

/** Default action of a listener: its rule takes every request that should be served. */
export const REFUSE = elbv2.ListenerAction.fixedResponse(404);
