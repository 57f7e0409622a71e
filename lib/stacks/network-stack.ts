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
 * The network over two zones: the load balancer in public subnets, the feature store in isolated
 * ones, and the tasks in private ones behind NAT or, where that is too dear, in the public ones.
 */
export class NetworkStack extends Stack {
  readonly vpc: ec2.Vpc;
  /** Where the tasks run, and whether they have public addresses of their own. */
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
          // Tasks ask for a public address themselves; nothing else gets one by accident.
          mapPublicIpOnLaunch: false,
        },
        ...(behindNat
          ? [{ name: 'tasks', subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS, cidrMask: 20 }]
          : []),
        { name: 'store', subnetType: ec2.SubnetType.PRIVATE_ISOLATED, cidrMask: 24 },
      ],
    });
    this.taskSubnets = {
      subnetType: behindNat ? ec2.SubnetType.PRIVATE_WITH_EGRESS : ec2.SubnetType.PUBLIC,
    };
    // Image layers come from S3: free of charge by this way, at NAT prices by the other.
    this.vpc.addGatewayEndpoint('S3', { service: ec2.GatewayVpcEndpointAwsService.S3 });
    this.vpc.addFlowLog('FlowLog', {
      destination: ec2.FlowLogDestination.toCloudWatchLogs(
        new logs.LogGroup(this, 'FlowLogGroup', retention(config)),
      ),
      trafficType: ec2.FlowLogTrafficType.REJECT,
    });
  }
}
