import { Fn, Stack, type StackProps } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as logs from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { Network } from '../constructs/network.ts';
import { SubnetLayout } from '../constructs/subnet-layout.ts';
import { retention } from '../retention.ts';
import type { StageConfig } from '../stage-config.ts';

export interface NetworkStackProps extends StackProps {
  readonly config: StageConfig;
}

/**
 * VPC over two or three availability zones: the load balancer in public subnets, the feature store in
 * isolated ones, tasks in private ones behind NAT or, at lower cost, in the public ones.
 */
export class NetworkStack extends Stack implements Network {
  readonly vpc: ec2.Vpc;
  readonly loadBalancerSubnets: ec2.SubnetSelection;
  readonly taskSubnets: ec2.SubnetSelection;
  readonly storeSubnets: ec2.SubnetSelection = {
    subnetType: ec2.SubnetType.PRIVATE_ISOLATED,
  };
  readonly natAddresses: readonly string[];

  constructor(scope: Construct, id: string, { config, ...props }: NetworkStackProps) {
    super(scope, id, props);
    const behindNat = config.egress === 'nat';
    this.vpc = new ec2.Vpc(this, 'Vpc', {
      ipAddresses: new SubnetLayout(config.vpcCidr),
      availabilityZones: zoneNames(config),
      natGateways: behindNat ? config.natGateways : 0,
      subnetConfiguration: [
        {
          name: 'public',
          subnetType: ec2.SubnetType.PUBLIC,
          // Tasks request a public address explicitly; other resources get none.
          mapPublicIpOnLaunch: false,
        },
        ...(behindNat ? [{ name: 'tasks', subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS }] : []),
        { name: 'store', subnetType: ec2.SubnetType.PRIVATE_ISOLATED },
      ],
    });
    this.taskSubnets = {
      subnetType: behindNat ? ec2.SubnetType.PRIVATE_WITH_EGRESS : ec2.SubnetType.PUBLIC,
    };
    this.loadBalancerSubnets =
      config.loadBalancer === 'internal' ? this.taskSubnets : { subnetType: ec2.SubnetType.PUBLIC };
    this.natAddresses = this.vpc.publicSubnets
      .map((subnet) => subnet.node.tryFindChild('EIP'))
      .filter((address) => address instanceof ec2.CfnEIP)
      .map((address) => address.attrPublicIp);
    // Image layers come from S3: free through the endpoint, billed through NAT.
    this.vpc.addGatewayEndpoint('S3', { service: ec2.GatewayVpcEndpointAwsService.S3 });
    this.vpc.addFlowLog('FlowLog', {
      destination: ec2.FlowLogDestination.toCloudWatchLogs(
        new logs.LogGroup(this, 'FlowLogGroup', retention(this, config)),
      ),
      trafficType: ec2.FlowLogTrafficType.REJECT,
    });
  }
}

/** Names of the zones, else the first ones of the region, which only the deployment knows. */
function zoneNames({ zoneNames: given, zones }: StageConfig): string[] {
  return given ?? Array.from({ length: zones }, (_, index) => Fn.select(index, Fn.getAzs()));
}
