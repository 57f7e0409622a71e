import { once } from 'node:events';
import type { Redis } from 'ioredis';
import type { Logger } from '../../application/ports/logger.ts';
import { StartupError } from '../../domain/errors.ts';
import { failureReason, isClusterReply } from './failures.ts';
import {
  DEFAULT_TIMEOUTS,
  isLastingRefusal,
  logOutages,
  openRedisClient,
  type RedisAddress,
  type RedisTimeouts,
} from './redis-client.ts';

/** Keys that are never written; with cluster mode on, they belong to several slots. */
const PROBED_KEYS = ['probe:a', 'probe:b', 'probe:c', 'probe:d'];

export interface OpenClientsOptions extends RedisAddress {
  readonly keyPrefix: string;
  readonly logger: Logger;
  readonly timeouts?: Partial<RedisTimeouts>;
}

/**
 * Opens a client for reads and writes, and a patient one for the rest. Waits briefly for their
 * first connections; those that take longer are opened in the background.
 *
 * @throws StartupError if the server refuses the database number, or runs in cluster mode
 */
export async function openClients(
  options: OpenClientsOptions,
): Promise<{ readonly client: Redis; readonly patientClient: Redis }> {
  const timeouts = { ...DEFAULT_TIMEOUTS, ...options.timeouts };
  const client = openRedisClient(options, timeouts);
  const patientClient = openRedisClient(options, {
    ...timeouts,
    commandMs: timeouts.patientCommandMs,
  });
  logOutages(client, options.logger);
  // Rejects at the first error, which is logged, and when the time is up.
  const signal = AbortSignal.timeout(timeouts.connectMs);
  const ready = [client, patientClient].map((each) => once(each, 'ready', { signal }));
  const outcomes = await Promise.allSettled(ready);
  const errors = outcomes.map((each) => (each.status === 'rejected' ? each.reason : undefined));
  try {
    await expectUsable(patientClient, errors, options);
  } catch (error) {
    client.disconnect();
    patientClient.disconnect();
    throw error;
  }
  return { client, patientClient };
}

/**
 * Checks for faults that no retry can mend. An unreachable server is not one of them: the store
 * connects in the background.
 *
 * @param errors of the first connections
 * @throws StartupError if the server refuses the database number, or runs in cluster mode
 */
async function expectUsable(
  client: Redis,
  errors: readonly unknown[],
  { url, keyPrefix }: { readonly url: string; readonly keyPrefix: string },
): Promise<void> {
  const refusal = errors.find(isLastingRefusal);
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
