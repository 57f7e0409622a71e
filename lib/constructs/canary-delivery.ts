import { Duration, Validations } from 'aws-cdk-lib';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as elbv2 from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { acknowledge } from '../acknowledge.ts';
import type { StageConfig } from '../stage-config.ts';
import { GoldenHook, RELEASE_CHECK_HEADER } from './golden-hook.ts';
import type { PublicLoadBalancer } from './public-load-balancer.ts';
import { ReleaseAlarms } from './release-alarms.ts';
import type { ServiceDelivery } from './service-delivery.ts';
import type { ServiceTask } from './service-task.ts';

export interface CanaryDeliveryProps {
  readonly config: StageConfig;
  readonly endpoint: PublicLoadBalancer;
  readonly task: ServiceTask;
}

const TEST_PORT = 8443;

/**
 * A release first answers the golden hook, then a share of the callers, then all of them. ECS
 * moves the weights of both rules itself; see docs/operations.md before changing one of them.
 */
export class CanaryDelivery extends Construct implements ServiceDelivery {
  readonly options: Partial<ecs.FargateServiceProps>;
  readonly targetGroups: readonly elbv2.ApplicationTargetGroup[];
  readonly #props: CanaryDeliveryProps;
  readonly #colours: Readonly<Record<'blue' | 'green', elbv2.ApplicationTargetGroup>>;
  readonly #productionRule: elbv2.ApplicationListenerRule;
  readonly #testRule: elbv2.ApplicationListenerRule;
  readonly #hook: GoldenHook;
  readonly #alarms: ReleaseAlarms;

  constructor(scope: Construct, id: string, props: CanaryDeliveryProps) {
    super(scope, id);
    const { config, endpoint, task } = props;
    this.#props = props;
    const blue = endpoint.addTargetGroup('Blue');
    const green = endpoint.addTargetGroup('Green');
    this.#colours = { blue, green };
    this.targetGroups = [blue, green];

    const scheme = endpoint.certificate ? 'https' : 'http';
    this.#hook = new GoldenHook(this, 'GoldenHook', {
      config,
      testUrl: `${scheme}://${endpoint.loadBalancer.loadBalancerDnsName}:${TEST_PORT}`,
    });
    const refuse = elbv2.ListenerAction.fixedResponse(404);
    this.#productionRule = this.#rule('ProductionRule', endpoint.addPublicListener(refuse), [
      elbv2.ListenerCondition.pathPatterns(['/*']),
    ]);
    this.#testRule = this.#rule('TestRule', endpoint.addListener('Test', TEST_PORT, refuse), [
      elbv2.ListenerCondition.httpHeader(RELEASE_CHECK_HEADER, [
        // Resolved by CloudFormation at deployment: the template holds a reference only.
        this.#hook.secret.secretValue.unsafeUnwrap(),
      ]),
    ]);
    this.#alarms = new ReleaseAlarms(this, 'Alarms', {
      config,
      revision: task.revision,
      loadBalancer: endpoint.loadBalancer,
      targetGroups: this.#colours,
    });
    this.options = {
      deploymentStrategy: ecs.DeploymentStrategy.CANARY,
      canaryConfiguration: {
        stepPercent: config.canaryPercent,
        stepBakeTime: Duration.minutes(config.canaryMinutes),
      },
      // The old tasks stay that long, to go back to at once.
      bakeTime: Duration.minutes(config.canaryMinutes),
      deploymentAlarms: {
        alarmNames: [...this.#alarms.names],
        behavior: ecs.AlarmBehavior.ROLLBACK_ON_ALARM,
      },
    };
  }

  attach(service: ecs.FargateService): void {
    const { blue, green } = this.#colours;
    const { applicationListenerRule } = ecs.ListenerRuleConfiguration;
    const shiftRole = new iam.Role(this, 'ShiftRole', {
      assumedBy: new iam.ServicePrincipal('ecs.amazonaws.com'),
      managedPolicies: [
        iam.ManagedPolicy.fromAwsManagedPolicyName(
          'AmazonECSInfrastructureRolePolicyForLoadBalancers',
        ),
      ],
    });
    acknowledge(shiftRole, {
      'IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/AmazonECSInfrastructureRolePolicyForLoadBalancers]':
        'What Amazon made for ECS to shift traffic, and keeps in step with it.',
    });
    Validations.of(service).acknowledge({
      id: 'Annotation::@aws-cdk/aws-ecs:shouldUseCircuitBreaker',
      reason: 'It applies to rolling deployments only: the release alarms stop a canary.',
    });
    blue.addTarget(
      service.loadBalancerTarget({
        containerName: this.#props.task.containerName,
        alternateTarget: new ecs.AlternateTarget('Alternate', {
          alternateTargetGroup: green,
          productionListener: applicationListenerRule(this.#productionRule),
          testListener: applicationListenerRule(this.#testRule),
          role: shiftRole,
        }),
      }),
    );
    const hookRole = new iam.Role(this, 'HookRole', {
      assumedBy: new iam.ServicePrincipal('ecs.amazonaws.com'),
    });
    // Not grantInvoke(): that includes every version of the function.
    hookRole.addToPolicy(
      new iam.PolicyStatement({
        actions: ['lambda:InvokeFunction'],
        resources: [this.#hook.function.functionArn],
      }),
    );
    service.addLifecycleHook(
      new ecs.DeploymentLifecycleLambdaTarget(this.#hook.function, 'GoldenHook', {
        role: hookRole,
        lifecycleStages: [ecs.DeploymentLifecycleStage.POST_TEST_TRAFFIC_SHIFT],
      }),
    );
    service.node.addDependency(this.#productionRule, this.#testRule, this.#alarms, hookRole);
  }

  /** Names both target groups from the start, or ECS could not put weight on the second. */
  #rule(
    id: string,
    listener: elbv2.ApplicationListener,
    conditions: elbv2.ListenerCondition[],
  ): elbv2.ApplicationListenerRule {
    return new elbv2.ApplicationListenerRule(this, id, {
      listener,
      priority: 1,
      conditions,
      action: elbv2.ListenerAction.weightedForward([
        { targetGroup: this.#colours.blue, weight: 100 },
        { targetGroup: this.#colours.green, weight: 0 },
      ]),
    });
  }
}
