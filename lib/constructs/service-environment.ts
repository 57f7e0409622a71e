import { createHash } from 'node:crypto';
import { deploymentName } from '../../service/contract/deployment.ts';
import type { RequiredEnvName } from '../../service/contract/environment.ts';
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
  const settings = {
    HOST: '0.0.0.0',
    MODEL_NAME: config.modelName,
    // Inside a Fargate task no CPU quota can be read: it has to be told.
    INFERENCE_WORKERS: String(Math.max(1, Math.floor(config.taskCpu / 1024))),
    REDIS_URL: `rediss://${store.hostName}:${store.port}`,
    REDIS_USERNAME: store.userName,
    STORE_TWEET_TEXT: 'false',
    TRUST_PROXY_HOPS: '1',
    METRICS: 'emf',
    SERVICE_NAME: deploymentName(config.stage),
  } satisfies Record<Exclude<RequiredEnvName, 'SERVICE_REVISION'>, string>;
  return {
    ...config.environment,
    ...settings,
    ...(predictionStream !== undefined && { PREDICTION_STREAM: predictionStream }),
  };
}

/** Names what a task is made of: the same for the same parts, on every machine. */
export function revisionOf(parts: unknown): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 12);
}
