import { Stack, type StackProps } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import { deploymentName } from '../../service/contract/deployment.ts';
import { FeatureStoreUser } from '../constructs/feature-store-user.ts';
import type { NetworkFor } from '../constructs/network.ts';
import { ValkeyReplicationGroup } from '../constructs/valkey-replication-group.ts';
import { customerKey } from '../encryption.ts';
import type { StageConfig } from '../stage-config.ts';

export interface FeatureStoreStackProps extends StackProps {
  readonly config: StageConfig;
  readonly network: NetworkFor;
}

/** Online feature store, reachable only from `clientSecurityGroup`. */
export class FeatureStoreStack extends Stack {
  readonly valkey: ValkeyReplicationGroup;
  readonly user: FeatureStoreUser;
  readonly clientSecurityGroup: ec2.SecurityGroup;

  constructor(scope: Construct, id: string, { config, ...props }: FeatureStoreStackProps) {
    const { network, ...stackProps } = props;
    super(scope, id, stackProps);
    const { vpc, storeSubnets } = network(this);
    const name = deploymentName(config.stage);
    this.user = new FeatureStoreUser(this, 'User', {
      name,
      encryptionKey: customerKey(this, config),
    });
    this.valkey = new ValkeyReplicationGroup(this, 'Valkey', {
      vpc,
      vpcSubnets: storeSubnets,
      replicationGroupId: name,
      nodeType: config.valkeyNodeType,
      replicas: config.valkeyReplicas,
      snapshotDays: config.valkeySnapshotDays,
      userGroupId: this.user.userGroup.ref,
      kmsKeyArn: config.kmsKeyArn,
    });
    this.clientSecurityGroup = new ec2.SecurityGroup(this, 'Clients', {
      vpc,
      description: 'Feature store clients',
      allowAllOutbound: false,
    });
    this.valkey.connections.allowDefaultPortFrom(this.clientSecurityGroup, 'Clients');
  }
}
