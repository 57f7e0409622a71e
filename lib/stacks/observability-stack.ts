import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import { CfnQueryDefinition } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { deploymentName } from '../../service/contract/deployment.ts';
import type { PredictionStream } from '../constructs/prediction-stream.ts';
import type { ValkeyReplicationGroup } from '../constructs/valkey-replication-group.ts';
import { LOG_QUERIES } from '../monitoring/log-queries.ts';
import { Paging } from '../monitoring/paging.ts';
import { ServiceAlarms } from '../monitoring/service-alarms.ts';
import { ServiceDashboard } from '../monitoring/service-dashboard.ts';
import type { StageConfig } from '../stage-config.ts';
import type { ServiceStack } from './service-stack.ts';

export interface ObservabilityStackProps extends StackProps {
  readonly config: StageConfig;
  readonly service: ServiceStack;
  readonly valkey: ValkeyReplicationGroup;
  readonly predictions: PredictionStream | undefined;
}

/** What shows how a stage is, and calls someone when it is not well. */
export class ObservabilityStack extends Stack {
  constructor(scope: Construct, id: string, { config, ...props }: ObservabilityStackProps) {
    const { service, valkey, predictions, ...stackProps } = props;
    super(scope, id, stackProps);
    const name = deploymentName(config.stage);
    const alarms = new ServiceAlarms(this, 'Alarms', { config, service, valkey, predictions });
    new Paging(this, 'Paging', { config, alarms });
    new ServiceDashboard(this, 'Dashboard', { config, service, valkey, alarms });
    for (const [title, lines] of Object.entries(LOG_QUERIES)) {
      new CfnQueryDefinition(this, `Query ${title}`, {
        name: `${name}/${title}`,
        logGroupNames: [service.task.logGroup.logGroupName],
        queryString: lines.join('\n| '),
      });
    }
    new CfnOutput(this, 'DashboardUrl', {
      value: `https://${this.region}.console.aws.amazon.com/cloudwatch/home?region=${this.region}#dashboards/dashboard/${name}`,
      description: 'The dashboard',
    });
  }
}
