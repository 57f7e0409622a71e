import { RedisFeatureStore } from '../../service/feature-store/redis/redis-feature-store.ts';
import { eventually } from './eventually.ts';

/** A store whose connection is open: `connect` waits half a second for it, which a busy machine exceeds. */
export async function connectedStore(
  options: Parameters<typeof RedisFeatureStore.connect>[0],
): Promise<RedisFeatureStore> {
  const store = await RedisFeatureStore.connect(options);
  await eventually(() => store.findUser('nobody'));
  return store;
}
