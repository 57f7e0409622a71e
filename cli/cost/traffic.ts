import type { StageConfig } from '../../lib/stage-config.ts';
import { counted } from '../kit/counted.ts';
import {
  CROSS_ZONE_GIGABYTE,
  DATA_OUT_GIGABYTE,
  DAYS_PER_MONTH,
  FIREWALL,
  GIGABYTE,
  HOURS_PER_MONTH,
  LOAD_BALANCER,
  NAT,
  PUBLIC_IPV4_HOUR,
  SECONDS_PER_MONTH,
  STORAGE_GIGABYTE_MONTH,
} from '../kit/prices.ts';
import type { Component } from './component.ts';
import { logBytes } from './monitoring.ts';

/** Request and answer with their headers, for one tweet. */
const BYTES_PER_REQUEST = 2_500;
/** Its answer, measured: 360 bytes of headers and 510 of body. */
const BYTES_PER_ANSWER = 870;
/** One look-up or write in the store: row, commands and protocol. */
const BYTES_PER_STORE_CALL = 700;
/** Of two zones, half of the calls go to a node in the other one. */
const CROSS_ZONE_SHARE = 0.5;
/** One look-up at X, with its share of a TLS connection. */
const BYTES_PER_SOURCE_CALL = 6_000;
/** Line of a load balancer's access log: about 500 bytes, compressed to a quarter. */
const ACCESS_LOG_BYTES_PER_REQUEST = 125;

export function loadBalancer(requests: number): Component {
  const seconds = SECONDS_PER_MONTH;
  // Assumes that no caller keeps its connection, the more expensive case.
  const units = Math.max(
    requests / seconds / LOAD_BALANCER.connectionsPerSecond,
    (requests * BYTES_PER_REQUEST) / GIGABYTE / HOURS_PER_MONTH / LOAD_BALANCER.gigabytesPerHour,
  );
  return {
    name: 'load balancer',
    usdPerMonth: HOURS_PER_MONTH * (LOAD_BALANCER.hour + units * LOAD_BALANCER.capacityUnitHour),
    basis: `${units.toFixed(2)} capacity units`,
  };
}

export function natGateways(
  { egress, natGateways: gateways, vpcId }: StageConfig,
  misses: number,
  requests: number,
  tasks: number,
): Component {
  const count = egress === 'nat' && vpcId === undefined ? gateways : 0;
  const bytes = misses * BYTES_PER_SOURCE_CALL + logBytes(requests, tasks);
  return {
    name: 'NAT',
    usdPerMonth:
      count === 0
        ? 0
        : HOURS_PER_MONTH * count * NAT.gatewayHour + (bytes / GIGABYTE) * NAT.gigabyte,
    basis:
      count === 0 ? 'none' : `${counted(count, 'gateway')}, ${(bytes / GIGABYTE).toFixed(1)} GB`,
  };
}

export function publicAddresses(config: StageConfig, tasks: number): Component {
  const { egress, natGateways, vpcId, loadBalancer: scheme, zones } = config;
  const balancer = scheme === 'public' ? (config.loadBalancerSubnetIds?.length ?? zones) : 0;
  const gateways = vpcId === undefined ? natGateways : 0;
  const count = balancer + (egress === 'nat' ? gateways : tasks);
  return {
    name: 'public IPv4',
    usdPerMonth: HOURS_PER_MONTH * count * PUBLIC_IPV4_HOUR,
    basis: counted(count, 'address', 'addresses'),
  };
}

export function firewall(
  { webFirewall, apiKeysSecretArn }: StageConfig,
  requests: number,
): Component {
  // AWS's common rules, the rate of an address, and that of a key.
  const rules = apiKeysSecretArn === undefined ? 2 : 3;
  const fixed = FIREWALL.aclMonth + rules * FIREWALL.ruleMonth;
  return {
    name: 'firewall',
    usdPerMonth: webFirewall ? fixed + (requests / 1e6) * FIREWALL.millionRequests : 0,
    basis: webFirewall ? counted(rules, 'rule') : 'none',
  };
}

/** The load balancer's log on S3. AWS charges its storage only. */
export function accessLog({ logDays }: StageConfig, requests: number): Component {
  const gigabytes =
    ((requests / DAYS_PER_MONTH) * logDays * ACCESS_LOG_BYTES_PER_REQUEST) / GIGABYTE;
  return {
    name: 'access log',
    usdPerMonth: gigabytes * STORAGE_GIGABYTE_MONTH,
    basis: `${gigabytes.toFixed(1)} GB on S3, kept ${counted(logDays, 'day')}`,
  };
}

export function dataOut(requests: number): Component {
  const gigabytes = (requests * BYTES_PER_ANSWER) / GIGABYTE;
  return {
    name: 'data out',
    usdPerMonth: gigabytes * DATA_OUT_GIGABYTE,
    basis: `${gigabytes.toFixed(1)} GB of answers`,
  };
}

/** A look-up for each request, and a write for each miss. */
export function crossZone(requests: number, misses: number): Component {
  const bytes = (requests + misses) * BYTES_PER_STORE_CALL * CROSS_ZONE_SHARE;
  return {
    name: 'between zones',
    usdPerMonth: (bytes / GIGABYTE) * CROSS_ZONE_GIGABYTE,
    basis: `${(bytes / GIGABYTE).toFixed(1)} GB to and from Valkey`,
  };
}
