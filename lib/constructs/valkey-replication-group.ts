import { RemovalPolicy } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import {
  CfnParameterGroup,
  CfnReplicationGroup,
  CfnSubnetGroup,
} from 'aws-cdk-lib/aws-elasticache';
import { Construct } from 'constructs';
import { acknowledge } from '../acknowledge.ts';

export interface ValkeyReplicationGroupProps {
  readonly vpc: ec2.IVpc;
  readonly vpcSubnets: ec2.SubnetSelection;
  /** At most 40 lower-case letters, digits and dashes; the nodes are named after it. */
  readonly replicationGroupId: string;
  readonly nodeType: string;
  /** Copies beside the primary; with at least one, failover is automatic. */
  readonly replicas: number;
  /** 0: no snapshots. */
  readonly snapshotDays: number;
  readonly userGroupId: string;
  /** Key that encrypts the data at rest; undefined: a key of AWS. */
  readonly kmsKeyArn: string | undefined;
}

/** Evicts the keys that expire soonest when memory is full. */
const MAXMEMORY_POLICY = 'volatile-ttl';

/**
 * A Valkey replication group with cluster mode off: the store's scripts touch keys of several
 * slots. TLS and encryption at rest are always on. aws-cdk-lib has no L2 for it.
 */
export class ValkeyReplicationGroup extends Construct implements ec2.IConnectable {
  static readonly PORT = 6379;

  readonly connections: ec2.Connections;
  /** Host name of the primary; a failover does not change it. */
  readonly primaryEndpointAddress: string;
  /** Names of the nodes, a dimension of their metrics. */
  readonly nodeNames: readonly string[];
  readonly resource: CfnReplicationGroup;

  constructor(scope: Construct, id: string, props: ValkeyReplicationGroupProps) {
    super(scope, id);
    const { vpc, vpcSubnets, replicationGroupId, replicas, snapshotDays } = props;
    const securityGroup = new ec2.SecurityGroup(this, 'SecurityGroup', {
      vpc,
      description: 'Nodes of the feature store',
      allowAllOutbound: false,
    });
    this.connections = new ec2.Connections({
      securityGroups: [securityGroup],
      defaultPort: ec2.Port.tcp(ValkeyReplicationGroup.PORT),
    });
    const subnetGroup = new CfnSubnetGroup(this, 'Subnets', {
      description: 'Subnets of the feature store',
      subnetIds: vpc.selectSubnets(vpcSubnets).subnetIds,
      cacheSubnetGroupName: replicationGroupId,
    });
    const parameterGroup = new CfnParameterGroup(this, 'Parameters', {
      cacheParameterGroupFamily: 'valkey8',
      description: 'Evict what is nearest its end',
      properties: { 'maxmemory-policy': MAXMEMORY_POLICY },
    });
    const highlyAvailable = replicas > 0;
    this.resource = new CfnReplicationGroup(this, 'Resource', {
      replicationGroupId,
      replicationGroupDescription: 'Online feature store of the tweet sentiment service',
      engine: 'valkey',
      engineVersion: '8.0',
      cacheNodeType: props.nodeType,
      numCacheClusters: replicas + 1,
      automaticFailoverEnabled: highlyAvailable,
      multiAzEnabled: highlyAvailable,
      cacheSubnetGroupName: subnetGroup.ref,
      cacheParameterGroupName: parameterGroup.ref,
      securityGroupIds: [securityGroup.securityGroupId],
      port: ValkeyReplicationGroup.PORT,
      transitEncryptionEnabled: true,
      transitEncryptionMode: 'required',
      atRestEncryptionEnabled: true,
      kmsKeyId: props.kmsKeyArn,
      userGroupIds: [props.userGroupId],
      snapshotRetentionLimit: snapshotDays,
      autoMinorVersionUpgrade: true,
      // Monday night, in UTC; snapshots before it.
      preferredMaintenanceWindow: 'mon:03:00-mon:04:00',
      ...(snapshotDays > 0 && { snapshotWindow: '01:00-02:00' }),
    });
    // Aggregates cannot be recomputed: a stage with snapshots gets a final one.
    this.resource.applyRemovalPolicy(
      snapshotDays > 0 ? RemovalPolicy.SNAPSHOT : RemovalPolicy.DESTROY,
    );
    this.primaryEndpointAddress = this.resource.attrPrimaryEndPointAddress;
    this.nodeNames = Array.from(
      { length: replicas + 1 },
      (_, index) => `${this.resource.ref}-${String(index + 1).padStart(3, '0')}`,
    );
    acknowledge(this.resource, {
      AEC5: 'The port is explicit: 6379. Another port hides nothing from clients that may connect.',
      AEC6: 'Authentication is by a user group, which restricts user, commands and keys; AUTH does not.',
      ...(!highlyAvailable && {
        AEC4: 'A single node by choice of the stage: rows can be recomputed.',
      }),
    });
  }
}
