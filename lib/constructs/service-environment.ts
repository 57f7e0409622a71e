import { createHash } from 'node:crypto';
import { taskEnvironment } from '../stage-config/task-environment.ts';
import type { StageConfig } from '../stage-config.ts';

export interface FeatureStoreAddress {
  readonly hostName: string;
  readonly port: number;
  readonly userName: string;
}

/**
 * All of the task's plain variables but the revision, which is made from them.
 *
 * @param predictionStream name of the stream that takes the prediction log, where there is one.
 */
export function serviceSettings(
  config: StageConfig,
  store: FeatureStoreAddress,
  predictionStream: string | undefined,
) {
  return taskEnvironment(config, {
    redisUrl: `rediss://${store.hostName}:${store.port}`,
    redisUsername: store.userName,
    predictionStream,
  });
}

/** Identifies a release by its parts: equal parts give the same name on every machine. */
export function revisionOf(parts: unknown): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 12);
}
