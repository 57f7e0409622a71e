import type { Redis } from 'ioredis';
import { StartupError } from '../../domain/errors.ts';
import { failureReason, isClusterReply } from './failures.ts';
import { isDatabaseRefusal } from './redis-client.ts';

/** Keys that are never written; with cluster mode on, they belong to several slots. */
const PROBED_KEYS = ['probe:a', 'probe:b', 'probe:c', 'probe:d'];

/**
 * Checks what no retry can mend. A server that cannot be reached is not a fault: the store
 * connects in the background.
 *
 * @param errors of the first connections
 * @throws StartupError if the server refuses the database number, or runs in cluster mode
 */
export async function expectUsable(
  client: Redis,
  errors: readonly unknown[],
  { url, keyPrefix }: { readonly url: string; readonly keyPrefix: string },
): Promise<void> {
  const refusal = errors.find(isDatabaseRefusal);
  if (refusal) {
    const database = new URL(url).pathname.slice(1);
    throw new StartupError(
      `REDIS_URL names database ${database}, which the server refuses: ${failureReason(refusal)}. ` +
        'Use a database that it has, and a user with +select.',
    );
  }
  try {
    await client.mget(PROBED_KEYS.map((key) => keyPrefix + key));
  } catch (error) {
    if (!isClusterReply(error)) return;
    throw new StartupError(
      `REDIS_URL: ${failureReason(error)}. Use a server or a replication group with cluster mode off.`,
    );
  }
}
