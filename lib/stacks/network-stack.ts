import { Stack, type StackProps } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as logs from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { retention } from '../retention.ts';
import type { StageConfig } from '../stage-config.ts';

export interface NetworkStackProps extends StackProps {
  readonly config: StageConfig;
}

/**
 * VPC over two availability zones: the load balancer in public subnets, the feature store in
 * isolated ones, tasks in private ones behind NAT or, at lower cost, in the public ones.
 */
export class NetworkStack extends Stack {
  readonly vpc: ec2.Vpc;
  /** Subnets of the tasks. */
  readonly taskSubnets: ec2.SubnetSelection;

  constructor(scope: Construct, id: string, { config, ...props }: NetworkStackProps) {
    super(scope, id, props);
    const behindNat = config.egress === 'nat';
    this.vpc = new ec2.Vpc(this, 'Vpc', {
      maxAzs: 2,
      natGateways: behindNat ? config.natGateways : 0,
      subnetConfiguration: [
        {
          name: 'public',
          subnetType: ec2.SubnetType.PUBLIC,
          cidrMask: 22,
          // Tasks request a public address explicitly; other resources get none.
          mapPublicIpOnLaunch: false,
        },
        {
          name: 'tasks',
          subnetType: behindNat
            ? ec2.SubnetType.PRIVATE_WITH_EGRESS
            : ec2.SubnetType.PRIVATE_ISOLATED,
          cidrMask: 20,
          // Keeps the range free, so that a change of `egress` moves no other subnet.
          reserved: !behindNat,
        },
        { name: 'store', subnetType: ec2.SubnetType.PRIVATE_ISOLATED, cidrMask: 24 },
      ],
    });
    this.taskSubnets = {
      subnetType: behindNat ? ec2.SubnetType.PRIVATE_WITH_EGRESS : ec2.SubnetType.PUBLIC,
    };
    // Image layers come from S3: free through the endpoint, billed through NAT.
    this.vpc.addGatewayEndpoint('S3', { service: ec2.GatewayVpcEndpointAwsService.S3 });
    this.vpc.addFlowLog('FlowLog', {
      destination: ec2.FlowLogDestination.toCloudWatchLogs(
        new logs.LogGroup(this, 'FlowLogGroup', retention(config)),
      ),
      trafficType: ec2.FlowLogTrafficType.REJECT,
    });
  }
}
