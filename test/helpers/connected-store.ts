import type { RedisTimeouts } from '../../service/feature-store/redis/redis-client.ts';
import {
  RedisFeatureStore,
  type RedisFeatureStoreOptions,
} from '../../service/feature-store/redis/redis-feature-store.ts';

/** For tests that are not about time: on a busy machine each default is too short now and then. */
export const PATIENT_TIMEOUTS: RedisTimeouts = {
  commandMs: 60_000,
  patientCommandMs: 60_000,
  connectMs: 60_000,
  silenceMs: 60_000,
};

/** A store whose connection is open, and whose operations wait on a busy machine. */
export function connectedStore(options: RedisFeatureStoreOptions): Promise<RedisFeatureStore> {
  return RedisFeatureStore.connect({ timeouts: PATIENT_TIMEOUTS, ...options });
}
