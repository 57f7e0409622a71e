import { ArnFormat, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as ecs from 'aws-cdk-lib/aws-ecs';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as logs from 'aws-cdk-lib/aws-logs';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { deploymentName } from '../../service/contract/deployment.ts';
import { acknowledge, acknowledgeWildcards } from '../acknowledge.ts';
import { customerKey, grantKeyUse } from '../encryption.ts';
import { retention } from '../retention.ts';
import { BULK_FOLDERS } from '../stage-config/bulk.ts';
import { OUTBOUND_PORT } from '../stage-config/task-environment.ts';
import type { StageConfig } from '../stage-config.ts';
import { bulkDefinition, MAP_LABEL } from './bulk-definition.ts';
import { OBJECTS_OF_A_RUN } from './bulk-task.ts';
import { allowNameServers, type Network } from './network.ts';

export interface BulkMachineProps {
  readonly config: StageConfig;
  readonly network: Network;
  readonly cluster: ecs.Cluster;
  readonly definition: ecs.FargateTaskDefinition;
  readonly bucket: s3.Bucket;
}

/** State machine that scores the items of a run, each by one task. */
export class BulkMachine extends Construct {
  readonly stateMachine: sfn.StateMachine;
  readonly #name: string;

  constructor(scope: Construct, id: string, props: BulkMachineProps) {
    super(scope, id);
    const { config, network, cluster, definition } = props;
    this.#name = `${deploymentName(config.stage)}-bulk`;
    const securityGroup = new ec2.SecurityGroup(this, 'Tasks', {
      vpc: network.vpc,
      description: 'Tasks that score in bulk',
      allowAllOutbound: false,
    });
    securityGroup.addEgressRule(ec2.Peer.anyIpv4(), ec2.Port.tcp(OUTBOUND_PORT), 'AWS services');
    allowNameServers(securityGroup, config);
    const { subnetIds } = network.vpc.selectSubnets(network.taskSubnets);
    const key = customerKey(this, config);
    const asl = bulkDefinition({
      partition: Stack.of(this).partition,
      subnets: subnetIds.length,
      publicAddress: config.egress === 'public',
    });
    this.stateMachine = new sfn.StateMachine(this, 'Machine', {
      stateMachineName: this.#name,
      definitionBody: sfn.DefinitionBody.fromString(JSON.stringify(asl)),
      definitionSubstitutions: {
        Cluster: cluster.clusterArn,
        TaskDefinition: definition.taskDefinitionArn,
        SecurityGroup: securityGroup.securityGroupId,
        ...Object.fromEntries(subnetIds.map((subnet, index) => [`Subnet${index + 1}`, subnet])),
      },
      role: this.#role(props),
      logs: {
        destination: new logs.LogGroup(this, 'Log', retention(this, config)),
        level: sfn.LogLevel.ALL,
      },
      tracingEnabled: true,
      encryptionConfiguration: key && new sfn.CustomerManagedEncryptionConfiguration(key),
    });
  }

  #role(props: BulkMachineProps): iam.Role {
    const { config, bucket } = props;
    const role = new iam.Role(this, 'Role', {
      assumedBy: new iam.ServicePrincipal('states.amazonaws.com'),
    });
    this.#allowTasks(role, props);
    this.#allowMapRun(role);
    const objects = bucket.arnForObjects(`${BULK_FOLDERS.runs}*`);
    allow(role, ['s3:AbortMultipartUpload', 's3:GetObject', 's3:PutObject'], [objects]);
    allow(role, ['s3:ListMultipartUploadParts'], [objects]);
    grantKeyUse(role, config, 'kms:Decrypt', 'kms:GenerateDataKey');
    acknowledgeWildcards(role, [objects], OBJECTS_OF_A_RUN);
    acknowledge(role, {
      'IAM5[Resource::*]': 'Delivery of logs and X-Ray do not support resources.',
    });
    return role;
  }

  /** Allows to start, watch and stop tasks of the definition's family. */
  #allowTasks(role: iam.Role, { cluster, definition }: BulkMachineProps): void {
    const stack = Stack.of(this);
    const arn = (service: string, resource: string, resourceName: string) =>
      stack.formatArn({ service, resource, resourceName });
    // All revisions: a run continues with the revision that it began with.
    const family = arn('ecs', 'task-definition', `${definition.family}:*`);
    const tasks = arn('ecs', 'task', `${cluster.clusterName}/*`);
    const rule = arn('events', 'rule', 'StepFunctionsGetEventsForECSTaskRule');
    role.addToPolicy(
      new iam.PolicyStatement({
        actions: ['ecs:RunTask'],
        resources: [family],
        conditions: { ArnEquals: { 'ecs:cluster': cluster.clusterArn } },
      }),
    );
    allow(role, ['ecs:DescribeTasks', 'ecs:StopTask', 'ecs:TagResource'], [tasks]);
    allow(role, ['events:DescribeRule', 'events:PutRule', 'events:PutTargets'], [rule]);
    role.addToPolicy(
      new iam.PolicyStatement({
        actions: ['iam:PassRole'],
        resources: [definition.taskRole.roleArn, definition.obtainExecutionRole().roleArn],
        conditions: { StringEquals: { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' } },
      }),
    );
    acknowledgeWildcards(role, [family], 'Each release makes a revision of the family.');
    acknowledgeWildcards(role, [tasks], 'ECS chooses the ids of tasks.');
  }

  /** Allows to start, watch and redrive the executions of the map. */
  #allowMapRun(role: iam.Role): void {
    const stack = Stack.of(this);
    const states = (resource: string, resourceName: string) =>
      stack.formatArn({
        service: 'states',
        resource,
        resourceName,
        arnFormat: ArnFormat.COLON_RESOURCE_NAME,
      });
    const executions = states('execution', `${this.#name}/${MAP_LABEL}:*`);
    allow(role, ['states:StartExecution'], [states('stateMachine', this.#name)]);
    allow(
      role,
      ['states:DescribeExecution', 'states:RedriveExecution', 'states:StopExecution'],
      [executions],
    );
    acknowledgeWildcards(
      role,
      [executions],
      'Step Functions chooses the ids of the executions of a map.',
    );
  }
}

function allow(role: iam.Role, actions: string[], resources: string[]): void {
  role.addToPolicy(new iam.PolicyStatement({ actions, resources }));
}
