import {
  DescribeSubnetsCommand,
  EC2Client,
  paginateDescribeRouteTables,
  type RouteTable,
  type Subnet,
} from '@aws-sdk/client-ec2';
import type { StageConfig } from '../../lib/stage-config.ts';
import { counted } from '../kit/counted.ts';
import { unlessMissing } from './aws-answers.ts';
import type { Check, Finding } from './finding.ts';
import { routeFault, routesOf, type WayOut } from './routes.ts';

/** Subnets of one part of a stage. */
export interface Part {
  readonly key: 'loadBalancerSubnetIds' | 'taskSubnetIds' | 'storeSubnetIds';
  readonly subnetIds: readonly string[];
  /** Route to the internet that the subnets need; undefined: none. */
  readonly wayOut: WayOut | undefined;
  /** Free addresses that each subnet needs. */
  readonly addresses: number;
  /** Elastic Load Balancing accepts one subnet for each zone. */
  readonly onePerZone: boolean;
}

/** Elastic Load Balancing wants 8 free addresses in each subnet. */
const LOAD_BALANCER_ADDRESSES = 8;

/** Checks of the subnets of an existing VPC; none without `vpcId`. */
export function networkChecks(config: StageConfig): Check[] {
  const { vpcId } = config;
  if (vpcId === undefined) return [];
  return partsOf(config).map((part) => ({
    name: part.key,
    run: (signal) => checkPart(vpcId, part, signal),
  }));
}

function partsOf(config: StageConfig): Part[] {
  const { loadBalancerSubnetIds = [], taskSubnetIds = [], storeSubnetIds = [] } = config;
  // A release runs new tasks beside the old ones.
  const tasks = Math.ceil((2 * config.maxTasks) / Math.max(1, taskSubnetIds.length));
  return [
    {
      key: 'loadBalancerSubnetIds',
      subnetIds: loadBalancerSubnetIds,
      wayOut: config.loadBalancer === 'public' ? 'internet gateway' : undefined,
      addresses: LOAD_BALANCER_ADDRESSES,
      onePerZone: true,
    },
    {
      key: 'taskSubnetIds',
      subnetIds: taskSubnetIds,
      wayOut: config.egress === 'public' ? 'internet gateway' : 'NAT',
      addresses: tasks,
      onePerZone: false,
    },
    {
      key: 'storeSubnetIds',
      subnetIds: storeSubnetIds,
      wayOut: undefined,
      addresses: 1,
      onePerZone: false,
    },
  ];
}

async function checkPart(vpcId: string, part: Part, abortSignal: AbortSignal): Promise<Finding> {
  const remedy = 'Give the ids of subnets of vpcId, in the account and region deployed to.';
  const missing = { found: `one of ${part.subnetIds.join(', ')} is missing`, remedy };
  return unlessMissing('InvalidSubnetID', missing, async () => {
    const client = new EC2Client({});
    const { Subnets = [] } = await client.send(
      new DescribeSubnetsCommand({ SubnetIds: [...part.subnetIds] }),
      { abortSignal },
    );
    if (Subnets.length < part.subnetIds.length) return { state: 'fail', ...missing };
    const tables =
      part.wayOut === undefined ? [] : await readRouteTables(client, vpcId, abortSignal);
    return judgePart(vpcId, part, Subnets, tables);
  });
}

async function readRouteTables(client: EC2Client, vpcId: string, abortSignal: AbortSignal) {
  const tables: RouteTable[] = [];
  const input = { Filters: [{ Name: 'vpc-id', Values: [vpcId] }] };
  for await (const { RouteTables = [] } of paginateDescribeRouteTables({ client }, input, {
    abortSignal,
  })) {
    tables.push(...RouteTables);
  }
  return tables;
}

/** Judges the subnets of a part: VPC, zones, ways out and free addresses. */
export function judgePart(
  vpcId: string,
  { wayOut, addresses, onePerZone }: Part,
  subnets: readonly Subnet[],
  tables: readonly RouteTable[],
): Finding {
  const fail = (found: string, remedy: string): Finding => ({ state: 'fail', found, remedy });
  const elsewhere = subnets.find(({ VpcId }) => VpcId !== vpcId);
  if (elsewhere) {
    return fail(`${elsewhere.SubnetId} is in ${elsewhere.VpcId}`, `Give subnets of ${vpcId}.`);
  }
  const zones = new Set(subnets.map(({ AvailabilityZone }) => AvailabilityZone));
  const found = `${counted(subnets.length, 'subnet')} in ${[...zones].toSorted().join(', ')}`;
  if (zones.size < 2) return fail(found, 'Give subnets of two zones or more.');
  if (onePerZone && zones.size < subnets.length) {
    return fail(found, 'Give one subnet of each zone.');
  }
  for (const { SubnetId = '' } of subnets) {
    const fault = wayOut && routeFault(routesOf(SubnetId, tables), wayOut);
    if (fault) return fail(`${SubnetId}: ${fault.found}`, fault.remedy);
  }
  const full = subnets.find(
    ({ AvailableIpAddressCount = addresses }) => AvailableIpAddressCount < addresses,
  );
  return full
    ? {
        state: 'warn',
        found: `${full.SubnetId} has ${full.AvailableIpAddressCount} free addresses`,
        remedy: `Give subnets with ${addresses} or more, or lower maxTasks.`,
      }
    : { state: 'ok', found };
}
