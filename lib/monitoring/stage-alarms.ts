import { deploymentName, featureStoreNodeNames } from '../../service/contract/deployment.ts';
import type { StageConfig } from '../stage-config.ts';
import { type AlarmSpec, watchedMetrics } from './alarm.ts';
import { bulkAlarms } from './bulk-alarms.ts';
import { driftAlarms } from './drift-alarms.ts';
import { featureStoreAlarms } from './feature-store-alarms.ts';
import type { MonitoredNames } from './monitored-names.ts';
import { predictionAlarms } from './prediction-alarms.ts';
import { releaseAlarms } from './release-alarms.ts';
import { requestAlarms } from './request-alarms.ts';
import { tweetAlarms } from './tweet-alarms.ts';

/** Alarms of a stage, those of a release aside. */
export function stageAlarms(config: StageConfig, names: MonitoredNames): AlarmSpec[] {
  return [
    ...requestAlarms(config, names),
    ...driftAlarms(config),
    ...tweetAlarms(config),
    ...featureStoreAlarms(config, names),
    ...predictionAlarms(config, names),
    ...bulkAlarms(names),
  ];
}

/** Metrics that all alarms of a stage watch, for the cost estimate; nothing is synthesized. */
export function alarmedMetrics(config: StageConfig): number {
  const names = placeholderNames(config);
  const release =
    config.deployment === 'canary' ? releaseAlarms(config, 'any-revision', names) : [];
  return [...stageAlarms(config, names), ...release]
    .map(watchedMetrics)
    .reduce((sum, count) => sum + count, 0);
}

/** One name for each resource of a stage; AWS generates most of the real ones. */
function placeholderNames(config: StageConfig): MonitoredNames {
  return {
    loadBalancer: 'app/any/1',
    targetGroups: { blue: 'targetgroup/blue/1', green: 'targetgroup/green/1' },
    cluster: deploymentName(config.stage),
    service: 'any',
    logGroup: 'any',
    webFirewall: config.webFirewall ? deploymentName(config.stage) : undefined,
    storeNodes: featureStoreNodeNames(config.stage, config.valkeyReplicas + 1),
    predictions: config.offlineStore ? { stream: 'any', logGroup: 'any' } : undefined,
    bulkStateMachine: config.bulk ? 'any' : undefined,
    probe: config.probe ? 'any' : undefined,
  };
}
