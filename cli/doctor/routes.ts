import type { Route, RouteTable } from '@aws-sdk/client-ec2';

/** Target of a subnet's default route. NAT stands for every target but an internet gateway. */
export type WayOut = 'internet gateway' | 'NAT';

const ANYWHERE = '0.0.0.0/0';

/** Routes of a subnet: from its associated table, else from the main one. */
export function routesOf(subnetId: string, tables: readonly RouteTable[]): readonly Route[] {
  const own = tables.find(({ Associations = [] }) =>
    Associations.some(({ SubnetId }) => SubnetId === subnetId),
  );
  const main = tables.find(({ Associations = [] }) => Associations.some(({ Main }) => Main));
  return (own ?? main)?.Routes ?? [];
}

/** Fault of a subnet's default route; undefined: it leads where it should. */
export function routeFault(
  routes: readonly Route[],
  wayOut: WayOut,
): { readonly found: string; readonly remedy: string } | undefined {
  const route = routes.find(({ DestinationCidrBlock }) => DestinationCidrBlock === ANYWHERE);
  if (route === undefined) {
    return { found: `no route to ${ANYWHERE}`, remedy: `Route ${ANYWHERE} to ${the(wayOut)}.` };
  }
  if (route.State === 'blackhole') {
    return {
      found: `the route to ${ANYWHERE} leads nowhere`,
      remedy: `Its target was deleted: route ${ANYWHERE} to ${the(wayOut)}.`,
    };
  }
  const leadsTo: WayOut = route.GatewayId?.startsWith('igw-') ? 'internet gateway' : 'NAT';
  if (leadsTo === wayOut) return undefined;
  return wayOut === 'NAT'
    ? {
        found: 'its route leads to an internet gateway',
        remedy:
          'With egress=nat tasks have no public address: give subnets behind NAT, or egress=public.',
      }
    : {
        found: 'its route does not lead to an internet gateway',
        remedy:
          'Give public subnets: a public load balancer, or tasks with egress=public, need them.',
      };
}

function the(wayOut: WayOut): string {
  return wayOut === 'NAT'
    ? 'a NAT gateway, or a transit gateway that leads to one'
    : 'an internet gateway';
}
