import { describe, expect, it } from '@jest/globals';
import { judgePart, type Part } from '../../../cli/doctor/existing-network.ts';

const VPC = 'vpc-0a1b2c3d';
const TASKS: Part = {
  key: 'taskSubnetIds',
  subnetIds: ['subnet-a', 'subnet-b'],
  wayOut: 'NAT',
  addresses: 10,
  onePerZone: false,
};
const subnet = (SubnetId: string, AvailabilityZone: string, change = {}) => ({
  SubnetId,
  AvailabilityZone,
  VpcId: VPC,
  AvailableIpAddressCount: 100,
  ...change,
});
const SUBNETS = [subnet('subnet-a', 'eu-central-1a'), subnet('subnet-b', 'eu-central-1b')];
const ANYWHERE = { DestinationCidrBlock: '0.0.0.0/0', State: 'active' as const };
const NAT = { ...ANYWHERE, NatGatewayId: 'nat-1' };
const INTERNET = { ...ANYWHERE, GatewayId: 'igw-1' };
const main = (...Routes: object[]) => ({ Associations: [{ Main: true }], Routes });

describe('the subnets of an existing VPC', () => {
  it('are fine in two zones with a way out and free addresses', () => {
    expect(judgePart(VPC, TASKS, SUBNETS, [main(NAT)])).toEqual({
      state: 'ok',
      found: '2 subnets in eu-central-1a, eu-central-1b',
    });
  });

  it('use their associated table before the main one', () => {
    const own = { Associations: [{ SubnetId: 'subnet-b' }], Routes: [INTERNET] };
    expect(judgePart(VPC, TASKS, SUBNETS, [main(NAT), own])).toMatchObject({
      state: 'fail',
      found: 'subnet-b: its route leads to an internet gateway',
    });
  });

  it.each([
    ['none', [], 'no route to 0.0.0.0/0'],
    ['one to a deleted gateway', [{ ...NAT, State: 'blackhole' }], 'leads nowhere'],
    ['one to an internet gateway', [INTERNET], 'leads to an internet gateway'],
  ])('fail behind NAT with a default route that is %s', (_name, routes, found) => {
    expect(judgePart(VPC, TASKS, SUBNETS, [main(...routes)])).toMatchObject({
      state: 'fail',
      found: expect.stringContaining(found),
    });
  });

  it('reach the internet by a transit gateway, too', () => {
    const transit = main({ ...ANYWHERE, TransitGatewayId: 'tgw-1' });
    expect(judgePart(VPC, TASKS, SUBNETS, [transit])).toMatchObject({ state: 'ok' });
  });

  it('need an internet gateway where they are public', () => {
    const open: Part = { ...TASKS, wayOut: 'internet gateway' };
    expect(judgePart(VPC, open, SUBNETS, [main(INTERNET)])).toMatchObject({ state: 'ok' });
    expect(judgePart(VPC, open, SUBNETS, [main(NAT)])).toMatchObject({ state: 'fail' });
  });

  it('need no route for the store', () => {
    const store: Part = { ...TASKS, wayOut: undefined };
    expect(judgePart(VPC, store, SUBNETS, [])).toMatchObject({ state: 'ok' });
  });

  it('fail in another VPC', () => {
    const moved = [subnet('subnet-a', 'eu-central-1a', { VpcId: 'vpc-2' }), ...SUBNETS.slice(1)];
    expect(judgePart(VPC, TASKS, moved, [main(NAT)])).toMatchObject({
      state: 'fail',
      found: 'subnet-a is in vpc-2',
    });
  });

  it('fail in one zone, and for the load balancer with two in one zone', () => {
    const oneZone = SUBNETS.map((one) => ({ ...one, AvailabilityZone: 'eu-central-1a' }));
    expect(judgePart(VPC, TASKS, oneZone, [main(NAT)])).toMatchObject({ state: 'fail' });
    const three = [...SUBNETS, subnet('subnet-c', 'eu-central-1b')];
    expect(judgePart(VPC, TASKS, three, [main(NAT)])).toMatchObject({ state: 'ok' });
    const balancer: Part = { ...TASKS, onePerZone: true };
    expect(judgePart(VPC, balancer, three, [main(NAT)])).toMatchObject({
      remedy: 'Give one subnet of each zone.',
    });
  });

  it('are a warning with too few free addresses', () => {
    const full = [
      subnet('subnet-a', 'eu-central-1a', { AvailableIpAddressCount: 3 }),
      ...SUBNETS.slice(1),
    ];
    expect(judgePart(VPC, TASKS, full, [main(NAT)])).toMatchObject({
      state: 'warn',
      found: 'subnet-a has 3 free addresses',
    });
  });
});
