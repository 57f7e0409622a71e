import { isIP } from 'node:net';
import { Redis } from 'ioredis';
import type { Logger } from '../../application/ports/logger.ts';
import { OutageLog } from '../../telemetry/outage-log.ts';
import { failureReason } from './failures.ts';
import { defineScripts } from './scripts.ts';

export interface RedisAddress {
  /** `redis://` or `rediss://`, optionally with user, password and database number. */
  readonly url: string;
  /** Used unless the URL holds one. */
  readonly username?: string | undefined;
  /** Used unless the URL holds one. */
  readonly password?: string | undefined;
}

/** Longest time to open a connection. */
export const CONNECT_TIMEOUT_MS = 500;

/**
 * A connection on which commands wait, but nothing has come for so long, is taken for dead and
 * opened anew. Without it a host that vanishes is noticed only when TCP gives up, after minutes.
 */
const SILENCE_TIMEOUT_MS = 1_000;

/** A peer that does not close its side is not waited for any longer. */
const DISCONNECT_TIMEOUT_MS = 100;

const LONGEST_RECONNECT_DELAY_MS = 1_000;

/** A failover answers READONLY until DNS has moved: look for the new primary, but not at each. */
const READONLY_RECONNECT_INTERVAL_MS = 1_000;

/**
 * Opens a client that connects, and reconnects for ever, in the background. A command fails
 * rather than waits: there is no offline queue, and nothing is sent a second time. A late reply
 * is dropped, since ioredis keeps the place of a command that has timed out.
 */
export function openRedisClient(address: RedisAddress, commandTimeoutMs: number): Redis {
  const client = new Redis({
    ...connectionOptions(address),
    commandTimeout: commandTimeoutMs,
    connectTimeout: CONNECT_TIMEOUT_MS,
    socketTimeout: SILENCE_TIMEOUT_MS,
    disconnectTimeout: DISCONNECT_TIMEOUT_MS,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    retryStrategy: reconnectDelayMs,
    reconnectOnError: readOnlyAtMostOnceA(READONLY_RECONNECT_INTERVAL_MS),
    // Both ask for commands that the store's user need not be allowed (INFO, CLIENT).
    enableReadyCheck: false,
    disableClientInfo: true,
  });
  defineScripts(client);
  // An error event without a listener would end on the console, password and all.
  client.on('error', () => undefined);
  return client;
}

/** Logs when a client loses its connection and when it has one again. */
export function logOutages(client: Redis, logger: Logger): void {
  const outages = new OutageLog({
    logger,
    failed: 'no connection to Redis; check REDIS_URL and the server, trying again',
    recovered: 'connected to Redis again',
  });
  client.on('error', (error) => outages.failed(failureReason(error)));
  client.on('ready', () => outages.recovered());
}

/** Reads the address itself: ioredis would let an empty password of the URL win over ours. */
function connectionOptions(address: RedisAddress) {
  const url = new URL(address.url);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const username = decodeURIComponent(url.username) || address.username;
  const password = decodeURIComponent(url.password) || address.password;
  return {
    host,
    port: Number(url.port || 6379),
    db: Number(url.pathname.slice(1) || 0),
    ...(username && { username }),
    ...(password && { password }),
    // Node names no server by itself, which hosts that share an address need.
    ...(url.protocol === 'rediss:' && { tls: isIP(host) ? {} : { servername: host } }),
  };
}

/** Doubles from 50 ms; half of it is random, so that not all tasks come back at once. */
function reconnectDelayMs(attempt: number): number {
  const delayMs = Math.min(50 * 2 ** (attempt - 1), LONGEST_RECONNECT_DELAY_MS);
  return delayMs * (0.5 + Math.random() / 2);
}

function readOnlyAtMostOnceA(intervalMs: number): (error: Error) => boolean {
  let lastMs = Number.NEGATIVE_INFINITY;
  return (error) => {
    if (!error.message.includes('READONLY') || performance.now() - lastMs < intervalMs) {
      return false;
    }
    lastMs = performance.now();
    return true;
  };
}
