import { releaseVcpus } from '../../lib/stage-config/fargate-vcpus.ts';
import type { StageConfig } from '../../lib/stage-config.ts';
import {
  DAYS_PER_MONTH,
  SECONDS_PER_MONTH,
  X_MOST_READS_PER_MONTH,
  X_READ,
  X_USER_READ,
} from '../kit/prices.ts';
import type { Component, Load } from './component.ts';
import { fargate, imageBuilds, images } from './compute.ts';
import { containerInsights, logs, metricsAndAlarms } from './monitoring.ts';
import { type NotCounted, notCounted } from './not-counted.ts';
import { objectsPerMonth, offlineStore } from './offline-store.ts';
import { probe } from './probe.ts';
import { customerKey, secrets } from './secrets.ts';
import {
  accessLog,
  crossZone,
  dataOut,
  firewall,
  loadBalancer,
  natGateways,
  publicAddresses,
} from './traffic.ts';
import { type StoreSize, sizeStore, snapshots, valkey } from './valkey.ts';

export type { Load } from './component.ts';

export interface Estimate {
  readonly components: readonly Component[];
  /** Cost that the components leave out. */
  readonly notCounted: readonly NotCounted[];
  readonly usdPerMonth: number;
  readonly predictionsPerMonth: number;
  /** Cost of AWS without the reads at X; null without load. */
  readonly usdPerMillionPredictions: number | null;
  readonly usdOfXReadsPerMillionPredictions: number;
  readonly tasks: number;
  /** The load needs more tasks than the configuration allows. */
  readonly tooFewTasks: boolean;
  /** The load needs more reads than X sells without an Enterprise plan. */
  readonly tooManyXReads: boolean;
  /** vCPUs that the account needs while a release replaces the most tasks. */
  readonly releaseVcpus: number;
  readonly store: StoreSize;
}

/** Target utilization of autoscaling. */
const SATURATION = 0.7;

/**
 * Monthly cost of a stage under an even load, component by component.
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
    accessLog(config, requests),
    containerInsights(tasks),
    metricsAndAlarms(config, requests),
    probe(config),
    secrets(config),
    customerKey(config, objectsPerMonth(config, misses)),
    images(config),
    imageBuilds(config),
    dataOut(requests),
    crossZone(requests, misses),
    offlineStore(config, misses),
    reads,
  ];
  const usdPerMonth = components.reduce((sum, component) => sum + component.usdPerMonth, 0);
  return {
    components,
    notCounted: notCounted(config),
    usdPerMonth,
    predictionsPerMonth: misses,
    usdPerMillionPredictions:
      misses > 0 ? ((usdPerMonth - reads.usdPerMonth) / misses) * 1e6 : null,
    usdOfXReadsPerMillionPredictions: misses > 0 ? (reads.usdPerMonth / misses) * 1e6 : 0,
    tasks,
    tooFewTasks: wanted > config.maxTasks,
    tooManyXReads: reads.usdPerMonth > 0 && misses > X_MOST_READS_PER_MONTH,
    releaseVcpus: releaseVcpus(config),
    store,
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
