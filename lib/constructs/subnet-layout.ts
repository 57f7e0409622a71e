import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import { formatCidr, parseCidr } from '../stage-config/cidr.ts';

export type SubnetName = 'public' | 'tasks' | 'store';

/** Start of each subnet by zone, in 1/256 of the VPC, and bits of its prefix beyond the VPC's. */
const LAYOUT: Readonly<Record<SubnetName, { starts: readonly number[]; bits: number }>> = {
  public: { starts: [0, 4, 8], bits: 6 },
  tasks: { starts: [16, 32, 64], bits: 4 },
  store: { starts: [48, 49, 50], bits: 8 },
};

/**
 * Ranges of the subnets. Each has its own place, so that a change of the zones or of `egress` moves
 * no other subnet: a range cannot be changed while something runs in it.
 */
export class SubnetLayout implements ec2.IIpAddresses {
  readonly #vpcCidr: string;

  constructor(vpcCidr: string) {
    this.#vpcCidr = vpcCidr;
  }

  allocateVpcCidr(): ec2.VpcIpamOptions {
    return { cidrBlock: this.#vpcCidr };
  }

  allocateSubnetsCidr({ requestedSubnets }: ec2.AllocateCidrRequest): ec2.SubnetIpamOptions {
    const zoneOf = new Map<string, number>();
    return {
      allocatedSubnets: requestedSubnets.map(({ configuration: { name } }) => {
        const zone = zoneOf.get(name) ?? 0;
        zoneOf.set(name, zone + 1);
        return { cidr: subnetCidr(this.#vpcCidr, name as SubnetName, zone) };
      }),
    };
  }
}

/** @throws Error for more zones than the layout has, or an invalid network */
export function subnetCidr(vpcCidr: string, name: SubnetName, zone: number): string {
  const vpc = parseCidr(vpcCidr);
  const { starts, bits } = LAYOUT[name];
  const start = starts[zone];
  if (vpc === undefined || start === undefined) {
    throw new Error(`${vpcCidr} has no subnet "${name}" in zone ${zone}.`);
  }
  const unit = 2 ** (32 - vpc.prefix - 8);
  return formatCidr({ address: vpc.address + start * unit, prefix: vpc.prefix + bits });
}
