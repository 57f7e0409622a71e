import { Duration, Validations } from 'aws-cdk-lib';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as elbv2 from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { acknowledge } from '../acknowledge.ts';
import { Alarms } from '../monitoring/alarm.ts';
import { releaseAlarms } from '../monitoring/release-alarms.ts';
import type { StageConfig } from '../stage-config.ts';
import { type BlueGreenTraffic, REFUSE } from './blue-green-traffic.ts';
import type { CheckOrigin } from './check-origin.ts';
import { GoldenHook, RELEASE_CHECK_HEADER } from './golden-hook.ts';
import type { ServiceDelivery } from './service-delivery.ts';
import { type ServiceLoadBalancer, TEST_PORT } from './service-load-balancer.ts';
import type { ServiceTask } from './service-task.ts';

export interface CanaryDeliveryProps {
  readonly config: StageConfig;
  readonly endpoint: ServiceLoadBalancer;
  readonly traffic: BlueGreenTraffic;
  readonly task: ServiceTask;
  readonly origin: CheckOrigin;
}

/**
 * Canary deployment: the golden hook tests a release, then a share of the callers gets it, then all.
 * ECS moves the weights of both rules; see docs/releases.md before you change one.
 */
export class CanaryDelivery extends Construct implements ServiceDelivery {
  readonly options: Partial<ecs.FargateServiceProps>;
  readonly #props: CanaryDeliveryProps;
  readonly #testRule: elbv2.ApplicationListenerRule;
  readonly #hook: GoldenHook;
  readonly #alarms: Alarms;

  constructor(scope: Construct, id: string, props: CanaryDeliveryProps) {
    super(scope, id);
    const { config, endpoint, traffic, task, origin } = props;
    this.#props = props;
    this.#hook = new GoldenHook(this, 'GoldenHook', {
      config,
      origin,
      testUrl: `${endpoint.directUrl}:${TEST_PORT}`,
    });
    this.#testRule = traffic.addRule(
      'TestRule',
      endpoint.addListener('Test', TEST_PORT, REFUSE, origin.peers),
      elbv2.ListenerCondition.httpHeader(RELEASE_CHECK_HEADER, [
        // A dynamic reference that CloudFormation resolves; the template has no secret.
        this.#hook.secret.secretValue.unsafeUnwrap(),
      ]),
    );
    const { blue, green } = traffic.targetGroups;
    const names = {
      loadBalancer: endpoint.loadBalancer.loadBalancerFullName,
      targetGroups: { blue: blue.targetGroupFullName, green: green.targetGroupFullName },
    };
    this.#alarms = new Alarms(this, 'Alarms', {
      config,
      specs: releaseAlarms(config, task.revision, names),
      namePrefix: 'release-',
    });
    this.options = {
      deploymentStrategy: ecs.DeploymentStrategy.CANARY,
      canaryConfiguration: {
        stepPercent: config.canaryPercent,
        stepBakeTime: Duration.minutes(config.canaryMinutes),
      },
      // Old tasks stay this long, for an immediate rollback.
      bakeTime: Duration.minutes(config.canaryMinutes),
      deploymentAlarms: {
        alarmNames: [...this.#alarms.names],
        behavior: ecs.AlarmBehavior.ROLLBACK_ON_ALARM,
      },
    };
  }

  attach(service: ecs.FargateService): void {
    const { targetGroups, productionRule } = this.#props.traffic;
    const { blue, green } = targetGroups;
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
        'The managed policy with which ECS shifts traffic; AWS keeps it current.',
    });
    Validations.of(service).acknowledge({
      id: 'Annotation::@aws-cdk/aws-ecs:shouldUseCircuitBreaker',
      reason: 'It applies to rolling deployments only; alarms roll a canary back.',
    });
    blue.addTarget(
      service.loadBalancerTarget({
        containerName: this.#props.task.containerName,
        alternateTarget: new ecs.AlternateTarget('Alternate', {
          alternateTargetGroup: green,
          productionListener: applicationListenerRule(productionRule),
          testListener: applicationListenerRule(this.#testRule),
          role: shiftRole,
        }),
      }),
    );
    const hookRole = new iam.Role(this, 'HookRole', {
      assumedBy: new iam.ServicePrincipal('ecs.amazonaws.com'),
    });
    hookRole.addToPolicy(
      new iam.PolicyStatement({
        actions: ['lambda:InvokeFunction'],
        resources: [this.#hook.version.functionArn],
      }),
    );
    service.addLifecycleHook(
      new ecs.DeploymentLifecycleLambdaTarget(this.#hook.version, 'GoldenHook', {
        role: hookRole,
        lifecycleStages: [ecs.DeploymentLifecycleStage.POST_TEST_TRAFFIC_SHIFT],
      }),
    );
    service.node.addDependency(productionRule, this.#testRule, this.#alarms, hookRole);
  }
}
