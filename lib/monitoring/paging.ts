import { CfnOutput, Stack } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as sns from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import { deploymentName } from '../../service/contract/deployment.ts';
import type { StageConfig } from '../stage-config.ts';
import { alarmDescription } from './alarm-text.ts';
import type { ServiceAlarms } from './service-alarms.ts';

export interface PagingProps {
  readonly config: StageConfig;
  readonly alarms: ServiceAlarms;
}

/**
 * Two composite alarms tell people: one that someone must act now, whatever the number of alarms
 * behind it, and one that someone should look within a working day.
 */
export class Paging extends Construct {
  constructor(scope: Construct, id: string, { config, alarms }: PagingProps) {
    super(scope, id);
    const topic = new sns.Topic(this, 'Topic', {
      displayName: `Tweet sentiment, ${config.stage}`,
      enforceSSL: true,
    });
    // The policy that asks for TLS takes the place of the default one, which lets alarms publish.
    const leave = topic.addToResourcePolicy(
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
      description: 'Subscribe to it to be told of alarms',
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
      if (leave.policyDependable) alarm.node.addDependency(leave.policyDependable);
    };
    composite('page', 'Callers are not served as they should be: act now.');
    composite('notice', 'Something needs a look before it reaches callers.');
  }
}
