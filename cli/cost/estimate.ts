import type { StageConfig } from '../../lib/stage-config.ts';
import { CliError } from '../kit/errors.ts';
import {
  DATA_OUT_GIGABYTE,
  DAYS_PER_MONTH,
  FARGATE,
  FIREHOSE,
  FIREWALL,
  GIGABYTE,
  HOURS_PER_MONTH,
  LOAD_BALANCER,
  NAT,
  PUBLIC_IPV4_HOUR,
  SECONDS_PER_MONTH,
  SECRET_MONTH,
  SPOT_DISCOUNT,
  VALKEY_NODE_HOUR,
  X_READ,
  X_USER_READ,
} from '../kit/prices.ts';
import { containerInsights, logBytes, logs, metricsAndAlarms } from './monitoring.ts';

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
}

/** Where autoscaling holds the workers. */
const SATURATION = 0.7;

/** Request and answer with their headers, for one tweet. */
const BYTES_PER_REQUEST = 2_500;
/** The answer of it, measured: 360 bytes of headers and 510 of body. */
const BYTES_PER_ANSWER = 870;
/** Firehose counts a record as a multiple of that. */
const BYTES_PER_PREDICTION_RECORD = 5 * 1_024;
/** What one look-up at X moves, its share of a TLS connection included. */
const BYTES_PER_SOURCE_CALL = 6_000;
const LOAD_BALANCER_ADDRESSES = 2;
const FIREWALL_RULES = 2;

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

  const reads = xReads(config, misses);
  const components = [
    fargate(config, tasks),
    loadBalancer(requests),
    valkey(config),
    natGateways(config, misses, requests, tasks),
    publicAddresses(config, tasks),
    firewall(config, requests),
    logs(config, requests, tasks),
    containerInsights(),
    metricsAndAlarms(config, requests),
    secrets(config),
    dataOut(requests),
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
  };
}

function fargate(
  { taskCpu, taskMemoryMiB, architecture, spot, minTasks }: StageConfig,
  tasks: number,
) {
  const { vcpuHour, gigabyteHour } = FARGATE[architecture];
  const taskHour = (taskCpu / 1_024) * vcpuHour + (taskMemoryMiB / 1_024) * gigabyteHour;
  const onSpot = spot ? tasks - minTasks : 0;
  const hours = HOURS_PER_MONTH * (tasks - onSpot * SPOT_DISCOUNT);
  return {
    name: 'tasks',
    usdPerMonth: hours * taskHour,
    basis: `${tasks} x ${taskCpu / 1_024} vCPU and ${taskMemoryMiB / 1_024} GB, ${architecture}${onSpot > 0 ? `, ${onSpot} of them on Spot` : ''}`,
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

function valkey({ valkeyNodeType, valkeyReplicas }: StageConfig): Component {
  const hour = VALKEY_NODE_HOUR[valkeyNodeType];
  if (hour === undefined) {
    throw new CliError(
      `The price of ${valkeyNodeType} is not in cli/kit/prices.ts, which has ${Object.keys(VALKEY_NODE_HOUR).join(', ')}; add it there.`,
      { exitCode: 2 },
    );
  }
  const nodes = valkeyReplicas + 1;
  return {
    name: 'Valkey',
    usdPerMonth: HOURS_PER_MONTH * nodes * hour,
    basis: `${nodes} x ${valkeyNodeType}`,
  };
}

function natGateways(
  { egress, natGateways: gateways }: StageConfig,
  misses: number,
  requests: number,
  tasks: number,
): Component {
  const count = egress === 'nat' ? gateways : 0;
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

function publicAddresses({ egress, natGateways: gateways }: StageConfig, tasks: number): Component {
  const count = LOAD_BALANCER_ADDRESSES + (egress === 'nat' ? gateways : tasks);
  return {
    name: 'public IPv4',
    usdPerMonth: HOURS_PER_MONTH * count * PUBLIC_IPV4_HOUR,
    basis: `${count} addresses`,
  };
}

function firewall({ webFirewall }: StageConfig, requests: number): Component {
  const fixed = FIREWALL.aclMonth + FIREWALL_RULES * FIREWALL.ruleMonth;
  return {
    name: 'firewall',
    usdPerMonth: webFirewall ? fixed + (requests / 1e6) * FIREWALL.millionRequests : 0,
    basis: webFirewall ? `${FIREWALL_RULES} rules` : 'none',
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

/** What is stored is compressed, and costs little beside what is taken in. */
function offlineStore({ offlineStore: wanted }: StageConfig, misses: number): Component {
  const gigabytes = (misses * BYTES_PER_PREDICTION_RECORD) / GIGABYTE;
  const { gigabyteIngested, gigabyteConverted, gigabytePartitioned } = FIREHOSE;
  const gigabyte = gigabyteIngested + gigabyteConverted + gigabytePartitioned;
  return {
    name: 'offline store',
    usdPerMonth: wanted ? gigabytes * gigabyte : 0,
    basis: wanted ? `${gigabytes.toFixed(1)} GB taken in, without storage` : 'none',
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
