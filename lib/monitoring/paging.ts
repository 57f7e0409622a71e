import { CfnOutput, Stack } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import * as events from 'aws-cdk-lib/aws-events';
import { SnsTopic } from 'aws-cdk-lib/aws-events-targets';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as sns from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import { deploymentName } from '../../service/contract/deployment.ts';
import type { StageConfig } from '../stage-config.ts';
import { type Alarms, alarmDescription } from './alarm.ts';

export interface PagingProps {
  readonly config: StageConfig;
  readonly alarms: Alarms;
  /** ARN of the ECS service whose failed releases are told. */
  readonly serviceArn: string;
}

/**
 * Notifications: one composite alarm of all `page` alarms and one of all `notice` alarms, and
 * events for a release that fails.
 */
export class Paging extends Construct {
  constructor(scope: Construct, id: string, { config, alarms, serviceArn }: PagingProps) {
    super(scope, id);
    const topic = new sns.Topic(this, 'Topic', {
      displayName: `Tweet sentiment, ${config.stage}`,
      enforceSSL: true,
    });
    // The policy of enforceSSL replaces the default one, so alarms need a grant to publish.
    const publishGrant = topic.addToResourcePolicy(
      new iam.PolicyStatement({
        principals: [new iam.ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [topic.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    );
    if (config.alertEmail !== undefined) {
      topic.addSubscription(new EmailSubscription(config.alertEmail));
    }
    new CfnOutput(Stack.of(this), 'AlarmTopic', {
      value: topic.topicArn,
      description: 'Topic of alarm notifications; subscribe to it',
    });
    const composite = (kind: 'page' | 'notice', happened: string) => {
      const alarm = new cloudwatch.CompositeAlarm(this, kind, {
        compositeAlarmName: `${deploymentName(config.stage)}-${kind}`,
        alarmDescription: alarmDescription(config, kind, happened),
        alarmRule: cloudwatch.AlarmRule.anyOf(
          ...alarms
            .of(kind)
            .map((one) => cloudwatch.AlarmRule.fromAlarm(one, cloudwatch.AlarmState.ALARM)),
        ),
      });
      const action = new SnsAction(topic);
      alarm.addAlarmAction(action);
      alarm.addOkAction(action);
      if (publishGrant.policyDependable) {
        alarm.node.addDependency(publishGrant.policyDependable);
      }
    };
    composite('page', 'Callers are affected: act now.');
    composite('notice', 'Callers are not affected yet: look within a working day.');
    this.#tellFailedReleases(topic, config, serviceArn);
  }

  /**
   * Release alarms have no alarm actions: ECS acts on them. AWS does not document ECS's event for a release
   * that the hook refuses, so the rollback of the service's stack is told, too. Only tasks that do not start tell
   * of a canary that waits for them: it has no circuit breaker, and the old tasks run.
   */
  #tellFailedReleases(topic: sns.ITopic, config: StageConfig, serviceArn: string): void {
    const name = deploymentName(config.stage);
    const runbook = config.runbookUrl ?? 'docs/alarms.md';
    const tell = (
      id: string,
      description: string,
      eventPattern: events.EventPattern,
      text: string,
      section = 'A release failed',
    ) =>
      new events.Rule(this, id, {
        description,
        eventPattern,
        targets: [
          new SnsTopic(topic, {
            message: events.RuleTargetInput.fromText(`${text} See "${section}" in ${runbook}.`),
          }),
        ],
      });
    const field = (path: string) => events.EventField.fromPath(`$.detail.${path}`);
    tell(
      'FailedRelease',
      'A release failed: ECS took it back, or it could not be completed',
      {
        source: ['aws.ecs'],
        detailType: ['ECS Deployment State Change'],
        resources: [serviceArn],
        detail: { eventName: ['SERVICE_DEPLOYMENT_FAILED'] },
      },
      `A release of ${name} failed: ${field('reason')}.`,
    );
    const stack = Stack.of(this).formatArn({
      service: 'cloudformation',
      resource: 'stack',
      resourceName: `${name}-service/`,
    });
    tell(
      'FailedUpdate',
      'An update of the service stack failed, such as by a release',
      {
        source: ['aws.cloudformation'],
        detailType: ['CloudFormation Stack Status Change'],
        detail: {
          'stack-id': events.Match.prefix(stack),
          'status-details': { status: ['UPDATE_ROLLBACK_IN_PROGRESS', 'UPDATE_ROLLBACK_FAILED'] },
        },
      },
      `An update of the stack ${name}-service failed (${field('status-details.status')}): ${field('status-details.status-reason')}`,
    );
    if (config.deployment !== 'canary') return;
    tell(
      'TasksDoNotStart',
      'ECS cannot start or place tasks, such as those of a release',
      {
        source: ['aws.ecs'],
        detailType: ['ECS Service Action'],
        resources: [serviceArn],
        detail: {
          eventName: [
            'SERVICE_TASK_START_IMPAIRED',
            'SERVICE_TASK_PLACEMENT_FAILURE',
            'SERVICE_TASK_CONFIGURATION_FAILURE',
          ],
        },
      },
      `Tasks of ${name} do not start (${field('eventName')}).`,
      'Tasks do not start',
    );
  }
}
