import { isIP } from 'node:net';
import { type Command, Redis, type RedisOptions } from 'ioredis';
import { OutageLog } from '../../application/outage-log.ts';
import type { Logger } from '../../application/ports/logger.ts';
import { failureReason, isRefusal, TIMED_OUT } from './failures.ts';
import { defineScripts } from './scripts.ts';

export interface RedisAddress {
  /** `redis://` or `rediss://`, optionally with user, password and database number. */
  readonly url: string;
  /** Used unless the URL holds one. */
  readonly username?: string | undefined;
  /** Used unless the URL holds one. */
  readonly password?: string | undefined;
}

export interface RedisTimeouts {
  /** Longest time that a read or a write waits for its reply. */
  readonly commandMs: number;
  /** The same for purges, listings and rebuilds, which wait where reads and writes give up. */
  readonly patientCommandMs: number;
  /** Longest time for opening a connection. */
  readonly connectMs: number;
  /**
   * Silence after which a connection with waiting commands counts as dead and is reopened. Without
   * it, a host that vanishes is noticed only when TCP gives up, after minutes.
   */
  readonly silenceMs: number;
}

export const DEFAULT_TIMEOUTS: RedisTimeouts = {
  commandMs: 100,
  patientCommandMs: 1_000,
  connectMs: 500,
  silenceMs: 1_000,
};

/** Longest wait for a peer to close its side. */
const DISCONNECT_TIMEOUT_MS = 100;

const LONGEST_RECONNECT_DELAY_MS = 1_000;

/** Bound for reconnects on READONLY, which a failover replies until DNS names the new primary. */
const READONLY_RECONNECT_INTERVAL_MS = 1_000;

/**
 * Gives commands a time-out that a busy event loop does not bring about. ioredis's `commandTimeout`
 * fails them although their replies have arrived, as timers run before sockets are read.
 */
class PatientRedis extends Redis {
  readonly #commandMs: number;

  constructor(commandMs: number, options: RedisOptions & { replyMapping?: 'legacy' }) {
    super(options);
    this.#commandMs = commandMs;
  }

  override sendCommand(...sent: Parameters<Redis['sendCommand']>): unknown {
    const [command] = sent;
    // In the turn of a timer, `setImmediate` runs after sockets were read.
    const timer = setTimeout(() => setImmediate(() => timeOut(command)), this.#commandMs);
    const stop = () => clearTimeout(timer);
    command.promise.then(stop, stop);
    return super.sendCommand(...sent);
  }
}

function timeOut(command: Command): void {
  if (!command.isSettled) command.reject(new Error(TIMED_OUT));
}

/**
 * Opens a client that connects, and reconnects forever, in the background. A command fails rather
 * than waits: there is no offline queue, and no command is sent twice. A late reply is dropped:
 * ioredis keeps the place of a command that has timed out.
 */
export function openRedisClient(
  address: RedisAddress,
  { commandMs, connectMs, silenceMs }: Omit<RedisTimeouts, 'patientCommandMs'>,
): Redis {
  let isRefused = false;
  const client = new PatientRedis(commandMs, {
    ...connectionOptions(address),
    connectTimeout: connectMs,
    socketTimeout: silenceMs,
    disconnectTimeout: DISCONNECT_TIMEOUT_MS,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    retryStrategy: (attempt) =>
      isRefused ? LONGEST_RECONNECT_DELAY_MS : reconnectDelayMs(attempt),
    reconnectOnError: readOnlyAtMostOnceA(READONLY_RECONNECT_INTERVAL_MS),
    // Both need commands that the store's user may lack (INFO, CLIENT).
    enableReadyCheck: false,
    disableClientInfo: true,
  });
  defineScripts(client);
  client.on('connect', () => {
    isRefused = false;
  });
  // Without a listener an error would be printed to the console, including the password.
  client.on('error', (error) => {
    if (!isDatabaseRefusal(error)) return;
    isRefused = true;
    // ioredis would go on in database 0, whose keys belong to another user of the server.
    client.disconnect(true);
  });
  return client;
}

/** Logs when a client loses its connection and when it reconnects. */
export function logOutages(client: Redis, logger: Logger): void {
  const outages = new OutageLog({
    logger,
    failed: 'no connection to Redis; check REDIS_URL and the server, trying again',
    recovered: 'connected to Redis again',
  });
  client.on('error', (error) => outages.failed(failureReason(error)));
  client.on('ready', () => {
    // Not after a database was refused: ioredis reports such a connection as ready.
    if (client.stream.writable) outages.recovered();
  });
}

/** True for the server's refusal of the database number in the address. */
function isDatabaseRefusal(error: unknown): error is Error {
  if (!isRefusal(error) || !('command' in error)) return false;
  const { command } = error;
  return (
    typeof command === 'object' && command !== null && Reflect.get(command, 'name') === 'select'
  );
}

/** True for a refusal of the database number that is not about the state of the server. */
export function isLastingRefusal(error: unknown): error is Error {
  return (
    isDatabaseRefusal(error) &&
    !/^(?:BUSY|LOADING|MASTERDOWN|NOAUTH)\b|^ERR max number of clients/.test(error.message)
  );
}

/** Parses the URL here: ioredis would prefer an empty password of the URL over the option. */
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
    // Node sends no server name by itself; hosts that share an address need it.
    ...(url.protocol === 'rediss:' && { tls: isIP(host) ? {} : { servername: host } }),
  };
}

/** Doubles from 50 ms; half of it is random, so that tasks do not reconnect all at once. */
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
