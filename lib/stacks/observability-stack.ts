import { Aws, CfnCondition, CfnOutput, Fn, Stack, type StackProps } from 'aws-cdk-lib';
import { CfnQueryDefinition } from 'aws-cdk-lib/aws-logs';
import type { IStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import { deploymentName } from '../../service/contract/deployment.ts';
import type { PredictionStream } from '../constructs/prediction-stream.ts';
import { StageBudget } from '../constructs/stage-budget.ts';
import type { ValkeyReplicationGroup } from '../constructs/valkey-replication-group.ts';
import { Alarms } from '../monitoring/alarm.ts';
import { LOG_QUERIES } from '../monitoring/log-queries.ts';
import type { MonitoredNames } from '../monitoring/monitored-names.ts';
import { Paging } from '../monitoring/paging.ts';
import { ServiceDashboard } from '../monitoring/service-dashboard.ts';
import { stageAlarms } from '../monitoring/stage-alarms.ts';
import type { StageConfig } from '../stage-config.ts';
import type { ServiceStack } from './service-stack.ts';

export interface ObservabilityStackProps extends StackProps {
  readonly config: StageConfig;
  readonly service: ServiceStack;
  readonly valkey: ValkeyReplicationGroup;
  readonly predictions: PredictionStream | undefined;
  readonly bulk: IStateMachine | undefined;
}

/** Dashboard, alarms, notifications and saved log queries of a stage. */
export class ObservabilityStack extends Stack {
  constructor(scope: Construct, id: string, { config, ...props }: ObservabilityStackProps) {
    const { service, valkey, predictions, bulk, ...stackProps } = props;
    super(scope, id, stackProps);
    const name = deploymentName(config.stage);
    const names = monitoredNames(service, valkey, predictions, bulk);
    const alarms = new Alarms(this, 'Alarms', { config, specs: stageAlarms(config, names) });
    new Paging(this, 'Paging', { config, alarms, serviceArn: service.service.serviceArn });
    new StageBudget(this, 'Budget', config);
    new ServiceDashboard(this, 'Dashboard', { config, names, alarms });
    for (const [title, lines] of Object.entries(LOG_QUERIES)) {
      new CfnQueryDefinition(this, `Query ${title}`, {
        name: `${name}/${title}`,
        logGroupNames: [names.logGroup],
        queryString: lines.join('\n| '),
      });
    }
    new CfnOutput(this, 'DashboardUrl', {
      value: `https://${consoleHost(this)}/cloudwatch/home?region=${this.region}#dashboards/dashboard/${name}`,
      description: 'The dashboard',
    });
  }
}

/** Address of the console. The partition is known at deployment only. */
function consoleHost(scope: Construct): string {
  const ifPartition = (id: string, partition: string, host: string, otherwise: string) => {
    const expression = Fn.conditionEquals(Aws.PARTITION, partition);
    new CfnCondition(scope, id, { expression });
    return Fn.conditionIf(id, host, otherwise).toString();
  };
  const gov = ['aws-us-gov', 'console.amazonaws-us-gov.com', 'console.aws.amazon.com'] as const;
  return ifPartition('China', 'aws-cn', 'console.amazonaws.cn', ifPartition('GovCloud', ...gov));
}

function monitoredNames(
  { service, cluster, endpoint, targetGroups, task, webFirewall, probe }: ServiceStack,
  valkey: ValkeyReplicationGroup,
  predictions: PredictionStream | undefined,
  bulk: IStateMachine | undefined,
): MonitoredNames {
  return {
    loadBalancer: endpoint.loadBalancer.loadBalancerFullName,
    targetGroups: Object.fromEntries(
      Object.entries(targetGroups).map(([label, group]) => [label, group.targetGroupFullName]),
    ),
    cluster: cluster.clusterName,
    service: service.serviceName,
    logGroup: task.logGroup.logGroupName,
    webFirewall: webFirewall?.name,
    storeNodes: valkey.nodeNames,
    predictions: predictions && {
      stream: predictions.stream.deliveryStreamName,
      logGroup: predictions.logGroup.logGroupName,
    },
    bulkStateMachine: bulk?.stateMachineArn,
    probe: probe?.functionName,
  };
}
