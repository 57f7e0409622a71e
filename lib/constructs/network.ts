import { Validations } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import { PRIVATE_NETWORKS } from '../stage-config/callers.ts';
import type { StageConfig } from '../stage-config.ts';

/** VPC of a stage and the subnets of its parts. */
export interface Network {
  readonly vpc: ec2.IVpc;
  readonly loadBalancerSubnets: ec2.SubnetSelection;
  readonly taskSubnets: ec2.SubnetSelection;
  readonly storeSubnets: ec2.SubnetSelection;
  /** Public addresses of the NAT gateways, where the stage makes them. */
  readonly natAddresses: readonly string[];
}

/** Gives the network to a stack that uses it. An existing network is imported by each stack. */
export type NetworkFor = (scope: Construct) => Network;

/** The network that the configuration names by ids, without a lookup; undefined: none is named. */
export function existingNetwork(config: StageConfig): NetworkFor | undefined {
  const { vpcId, loadBalancerSubnetIds, taskSubnetIds, storeSubnetIds } = config;
  if (vpcId === undefined) return undefined;
  return (scope) => {
    const subnets = (id: string, ids: readonly string[] = []): ec2.SubnetSelection => ({
      subnets: ids.map((subnetId, index) => {
        const subnet = ec2.Subnet.fromSubnetId(scope, `${id}${index + 1}`, subnetId);
        Validations.of(subnet).acknowledge({
          id: 'Annotation::@aws-cdk/aws-ec2:noSubnetRouteTableId',
          reason: 'No route is added to a subnet that the stage does not own.',
        });
        return subnet;
      }),
    });
    return {
      // Subnets are always given, so the VPC's own list of zones and subnets is not read.
      vpc: ec2.Vpc.fromVpcAttributes(scope, 'Vpc', { vpcId, availabilityZones: ['any'] }),
      loadBalancerSubnets: subnets('LoadBalancerSubnet', loadBalancerSubnetIds),
      taskSubnets: subnets('TaskSubnet', taskSubnetIds),
      storeSubnets: subnets('StoreSubnet', storeSubnetIds),
      natAddresses: [],
    };
  };
}

/**
 * Lets members of the group ask the name servers of a company, which an existing VPC may name in place of
 * those of AWS. No rule of a security group limits requests to the servers of AWS.
 */
export function allowNameServers(group: ec2.SecurityGroup, { vpcId }: StageConfig): void {
  if (vpcId === undefined) return;
  for (const cidr of PRIVATE_NETWORKS) {
    for (const port of [ec2.Port.udp(53), ec2.Port.tcp(53)]) {
      group.addEgressRule(ec2.Peer.ipv4(cidr), port, 'Name servers of the VPC');
    }
  }
}
