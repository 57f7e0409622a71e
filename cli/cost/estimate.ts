import { releaseVcpus } from '../../lib/stage-config/release-vcpus.ts';
import type { StageConfig } from '../../lib/stage-config.ts';
import {
  CROSS_ZONE_GIGABYTE,
  DATA_OUT_GIGABYTE,
  DAYS_PER_MONTH,
  FARGATE,
  FIREWALL,
  GIGABYTE,
  HOURS_PER_MONTH,
  LOAD_BALANCER,
  NAT,
  PUBLIC_IPV4_HOUR,
  REGISTRY_GIGABYTE_MONTH,
  SECONDS_PER_MONTH,
  SECRET_MONTH,
  SPOT_DISCOUNT,
  X_READ,
  X_USER_READ,
} from '../kit/prices.ts';
import { containerInsights, logBytes, logs, metricsAndAlarms } from './monitoring.ts';
import { offlineStore } from './offline-store.ts';
import { type StoreSize, sizeStore, snapshots, valkey } from './valkey.ts';

export interface Load {
  readonly requestsPerDay: number;
  /** Share of requests answered from the feature store, 0 to 1. */
  readonly hitRate: number;
  /** Rate of one saturated vCPU. */
  readonly predictionsPerSecondPerVcpu: number;
}

export interface Component {
  readonly name: string;
  readonly usdPerMonth: number;
  /** What the amount was computed from. */
  readonly basis: string;
}

export interface Estimate {
  readonly components: readonly Component[];
  readonly usdPerMonth: number;
  readonly predictionsPerMonth: number;
  /** What AWS costs, without the reads at X; null without load. */
  readonly usdPerMillionPredictions: number | null;
  readonly usdOfXReadsPerMillionPredictions: number;
  readonly tasks: number;
  /** The load needs more tasks than the configuration allows. */
  readonly tooFewTasks: boolean;
  /** vCPUs that the account needs while a release replaces the most tasks. */
  readonly releaseVcpus: number;
  readonly store: StoreSize;
}

/** Where autoscaling holds the workers. */
const SATURATION = 0.7;

/** Request and answer with their headers, for one tweet. */
const BYTES_PER_REQUEST = 2_500;
/** The answer of it, measured: 360 bytes of headers and 510 of body. */
const BYTES_PER_ANSWER = 870;
/** Row, commands and protocol of one look-up or write in the store, by the size of a row. */
const BYTES_PER_STORE_CALL = 700;
/** Of two zones, half of the calls go to a node in the other one. */
const CROSS_ZONE_SHARE = 0.5;
/** Compressed image, measured; docs/container.md has the layers. */
const IMAGE_GIGABYTES = 0.143;
/** The bootstrap stack's registry keeps every image. */
const IMAGES_KEPT = 10;
/** What one look-up at X moves, its share of a TLS connection included. */
const BYTES_PER_SOURCE_CALL = 6_000;

/**
 * What a stage costs in a month under an even load, component by component.
 *
 * @throws CliError when the price of the stage's store nodes is unknown
 */
export function estimateCost(config: StageConfig, load: Load): Estimate {
  const misses = load.requestsPerDay * (1 - load.hitRate) * DAYS_PER_MONTH;
  const requests = load.requestsPerDay * DAYS_PER_MONTH;
  const vcpus = config.taskCpu / 1_024;
  const perTask = load.predictionsPerSecondPerVcpu * vcpus * SATURATION;
  const wanted = Math.ceil(misses / SECONDS_PER_MONTH / perTask);
  const tasks = Math.max(config.minTasks, Math.min(config.maxTasks, wanted));

  const store = sizeStore(config, misses / DAYS_PER_MONTH);
  const reads = xReads(config, misses);
  const components = [
    fargate(config, tasks),
    loadBalancer(requests),
    valkey(config),
    snapshots(config, store.bytes),
    natGateways(config, misses, requests, tasks),
    publicAddresses(config, tasks),
    firewall(config, requests),
    logs(config, requests, tasks),
    containerInsights(tasks),
    metricsAndAlarms(config, requests),
    secrets(config),
    images(config),
    dataOut(requests),
    crossZone(requests, misses),
    offlineStore(config, misses),
    reads,
  ];
  const usdPerMonth = components.reduce((sum, component) => sum + component.usdPerMonth, 0);
  return {
    components,
    usdPerMonth,
    predictionsPerMonth: misses,
    usdPerMillionPredictions:
      misses > 0 ? ((usdPerMonth - reads.usdPerMonth) / misses) * 1e6 : null,
    usdOfXReadsPerMillionPredictions: misses > 0 ? (reads.usdPerMonth / misses) * 1e6 : 0,
    tasks,
    tooFewTasks: wanted > config.maxTasks,
    releaseVcpus: releaseVcpus(config),
    store,
  };
}

function fargate(
  { taskCpu, taskMemoryMiB, architecture, spot, minTasks }: StageConfig,
  tasks: number,
) {
  const { vcpuHour, gigabyteHour } = FARGATE[architecture];
  const taskHour = (taskCpu / 1_024) * vcpuHour + (taskMemoryMiB / 1_024) * gigabyteHour;
  const cpu = architecture === 'arm64' ? 'arm64 (tested under emulation)' : architecture;
  const onSpot = spot ? tasks - minTasks : 0;
  const hours = HOURS_PER_MONTH * (tasks - onSpot * SPOT_DISCOUNT);
  return {
    name: 'tasks',
    usdPerMonth: hours * taskHour,
    basis: `${tasks} x ${taskCpu / 1_024} vCPU and ${taskMemoryMiB / 1_024} GB, ${cpu}${onSpot > 0 ? `, ${onSpot} of them on Spot` : ''}`,
  };
}

function loadBalancer(requests: number): Component {
  const seconds = SECONDS_PER_MONTH;
  // As if no caller kept its connection: the dearer of the two.
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

function natGateways(
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
    basis: count === 0 ? 'none' : `${count} gateways, ${(bytes / GIGABYTE).toFixed(1)} GB`,
  };
}

function publicAddresses(config: StageConfig, tasks: number): Component {
  const { egress, natGateways, vpcId, loadBalancer: scheme, zones } = config;
  const balancer = scheme === 'public' ? (config.loadBalancerSubnetIds?.length ?? zones) : 0;
  const gateways = vpcId === undefined ? natGateways : 0;
  const count = balancer + (egress === 'nat' ? gateways : tasks);
  return {
    name: 'public IPv4',
    usdPerMonth: HOURS_PER_MONTH * count * PUBLIC_IPV4_HOUR,
    basis: `${count} addresses`,
  };
}

function firewall({ webFirewall, apiKeysSecretArn }: StageConfig, requests: number): Component {
  // AWS's common rules, the rate of an address, and that of a key.
  const rules = apiKeysSecretArn === undefined ? 2 : 3;
  const fixed = FIREWALL.aclMonth + rules * FIREWALL.ruleMonth;
  return {
    name: 'firewall',
    usdPerMonth: webFirewall ? fixed + (requests / 1e6) * FIREWALL.millionRequests : 0,
    basis: webFirewall ? `${rules} rules` : 'none',
  };
}

function secrets(config: StageConfig): Component {
  const given = [config.xBearerTokenSecretArn, config.adminTokenSecretArn, config.apiKeysSecretArn];
  const made = config.deployment === 'canary' ? 3 : 2;
  const count = made + given.filter((arn) => arn !== undefined).length;
  return { name: 'secrets', usdPerMonth: count * SECRET_MONTH, basis: `${count}` };
}

function dataOut(requests: number): Component {
  const gigabytes = (requests * BYTES_PER_ANSWER) / GIGABYTE;
  return {
    name: 'data out',
    usdPerMonth: gigabytes * DATA_OUT_GIGABYTE,
    basis: `${gigabytes.toFixed(1)} GB of answers`,
  };
}

function images({ imageUri }: StageConfig): Component {
  const own = imageUri === undefined;
  return {
    name: 'images',
    usdPerMonth: own ? IMAGES_KEPT * IMAGE_GIGABYTES * REGISTRY_GIGABYTE_MONTH : 0,
    basis: own ? `${IMAGES_KEPT} images of ${IMAGE_GIGABYTES} GB` : 'none of our own',
  };
}

/** A look-up for each request, and a write for each miss. */
function crossZone(requests: number, misses: number): Component {
  const bytes = (requests + misses) * BYTES_PER_STORE_CALL * CROSS_ZONE_SHARE;
  return {
    name: 'between zones',
    usdPerMonth: (bytes / GIGABYTE) * CROSS_ZONE_GIGABYTE,
    basis: `${(bytes / GIGABYTE).toFixed(1)} GB to and from Valkey`,
  };
}

/** Each post is paid for, and its author, whom the service asks X for to name them. */
function xReads({ xBearerTokenSecretArn }: StageConfig, misses: number): Component {
  const paid = xBearerTokenSecretArn !== undefined;
  return {
    name: 'X reads',
    usdPerMonth: paid ? misses * (X_READ + X_USER_READ) : 0,
    basis: paid
      ? `${Math.round(misses).toLocaleString('en')} posts and their authors`
      : 'none: tweets by oEmbed',
  };
}
