import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { callerCidrs, isOpenToAnyone } from '../stage-config/callers.ts';
import { OUTBOUND_PORT } from '../stage-config/task-environment.ts';
import type { StageConfig } from '../stage-config.ts';
import { allowNameServers, type Network } from './network.ts';
import { TEST_PORT } from './service-load-balancer.ts';

export interface CheckOriginProps {
  readonly config: StageConfig;
  readonly network: Network;
}

/**
 * Network of the functions that check the service, and their address at the load balancer: outside the
 * VPC if anyone may call the service (or nothing checks it), else in the subnets of the tasks.
 */
export class CheckOrigin extends Construct {
  readonly functionOptions: Pick<
    lambda.FunctionOptions,
    'vpc' | 'vpcSubnets' | 'securityGroups' | 'allowPublicSubnet'
  >;
  /** Peers that the load balancer must admit. */
  readonly peers: readonly ec2.IPeer[];

  constructor(scope: Construct, id: string, { config, network }: CheckOriginProps) {
    super(scope, id);
    if (isOpenToAnyone(config) || (config.deployment !== 'canary' && !config.probe)) {
      this.functionOptions = {};
      this.peers = [ec2.Peer.anyIpv4()];
      return;
    }
    const { vpc, taskSubnets, natAddresses } = network;
    const securityGroup = new ec2.SecurityGroup(this, 'SecurityGroup', {
      vpc,
      description: 'Functions that check the service',
      allowAllOutbound: false,
    });
    securityGroup.addEgressRule(
      ec2.Peer.anyIpv4(),
      ec2.Port.tcp(OUTBOUND_PORT),
      'AWS services and service',
    );
    securityGroup.addEgressRule(ec2.Peer.anyIpv4(), ec2.Port.tcp(80), 'Service without HTTPS');
    securityGroup.addEgressRule(ec2.Peer.anyIpv4(), ec2.Port.tcp(TEST_PORT), 'Test listener');
    allowNameServers(securityGroup, config);
    this.functionOptions = { vpc, vpcSubnets: taskSubnets, securityGroups: [securityGroup] };
    this.peers =
      config.loadBalancer === 'internal'
        ? [securityGroup]
        : // A public load balancer sees the address of the NAT gateway.
          [
            ...natAddresses.map((address) => `${address}/32`),
            ...(natAddresses.length === 0 ? callerCidrs(config) : []),
          ].map((cidr) => ec2.Peer.ipv4(cidr));
  }
}
