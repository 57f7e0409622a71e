import { once } from 'node:events';
import type { Redis } from 'ioredis';
import type { FeatureRow } from '../../domain/feature-row.ts';
import type { FeatureStore, FeatureWrite, Purged } from '../../domain/ports/feature-store.ts';
import type { Logger } from '../../domain/ports/logger.ts';
import type { Metrics } from '../../domain/ports/metrics.ts';
import type { ModelIdentity } from '../../domain/sentiment.ts';
import type { TweetId } from '../../domain/tweet.ts';
import { RedisKeys, versionField } from './keys.ts';
import { OperationGuard } from './operation-guard.ts';
import {
  CONNECT_TIMEOUT_MS,
  logOutages,
  openRedisClient,
  type RedisAddress,
} from './redis-client.ts';
import { decodeRow, encodeRow } from './row-codec.ts';

export interface RedisFeatureStoreOptions extends RedisAddress {
  readonly keyPrefix: string;
  readonly identity: ModelIdentity;
  readonly metrics: Metrics;
  readonly logger: Logger;
  /** Longest time a read or a write waits for Redis; 100 by default. */
  readonly commandTimeoutMs?: number;
}

const COMMAND_TIMEOUT_MS = 100;
const PURGE_COMMAND_TIMEOUT_MS = 1_000;

/** How long a purge blocks writes of its tweet. */
const TOMBSTONE_SECONDS = 86_400;

/** So much longer than a row lives the index that a purge finds it by. */
const INDEX_EXTRA_SECONDS = 86_400;

/** Feature rows in Redis or Valkey; docs/feature-store-format.md describes what it writes. */
export class RedisFeatureStore implements FeatureStore {
  readonly name = 'redis';
  readonly #client: Redis;
  /** Purges have a client of their own: they wait where reads and writes give up. */
  readonly #purgeClient: Redis;
  readonly #keys: RedisKeys;
  readonly #identity: ModelIdentity;
  readonly #metrics: Metrics;
  readonly #guard: OperationGuard;

  private constructor(options: RedisFeatureStoreOptions, client: Redis, purgeClient: Redis) {
    this.#client = client;
    this.#purgeClient = purgeClient;
    this.#keys = new RedisKeys(options.keyPrefix);
    this.#identity = options.identity;
    this.#metrics = options.metrics;
    this.#guard = new OperationGuard(options);
  }

  /**
   * Opens the store. Waits a moment for the first connection, so that a process with a healthy
   * Redis starts with hits; without one it goes on and connects in the background.
   */
  static async connect(options: RedisFeatureStoreOptions): Promise<RedisFeatureStore> {
    const client = openRedisClient(options, options.commandTimeoutMs ?? COMMAND_TIMEOUT_MS);
    const purgeClient = openRedisClient(options, PURGE_COMMAND_TIMEOUT_MS);
    logOutages(client, options.logger);
    // Rejects at the first error, which has been logged, and when the time is up.
    const signal = AbortSignal.timeout(CONNECT_TIMEOUT_MS);
    const ready = [client, purgeClient].map((each) => once(each, 'ready', { signal }));
    await Promise.allSettled(ready);
    return new RedisFeatureStore(options, client, purgeClient);
  }

  async getTweets(ids: readonly TweetId[]): Promise<(FeatureRow | null)[]> {
    if (ids.length === 0) return [];
    const keys = ids.map((id) => this.#keys.row(id, this.#identity));
    const values = await this.#guard.run('read', async () => {
      const reply: unknown = await this.#client.mgetBuffer(keys);
      if (isValues(reply, keys.length)) return reply;
      throw new Error('Redis answered a read with something else than its values.');
    });
    return ids.map((id, index) => this.#decode(id, values[index] ?? null));
  }

  async putTweets(writes: readonly FeatureWrite[]): Promise<boolean[]> {
    if (writes.length === 0) return [];
    const pipeline = this.#client.pipeline();
    for (const { row, ttlSeconds } of writes) {
      const version = { ...row.model, preprocessingVersion: row.preprocessingVersion };
      pipeline.putRow(
        this.#keys.row(row.tweetId, version),
        this.#keys.index(row.tweetId),
        this.#keys.tombstone(row.tweetId),
        encodeRow(row),
        ttlSeconds,
        versionField(version),
        ttlSeconds + INDEX_EXTRA_SECONDS,
      );
    }
    return this.#guard.run('write', async () => {
      const replies = await pipeline.exec();
      return (replies ?? []).map(([error, written]) => {
        if (error) throw error;
        if (written === 0 || written === 1) return written === 1;
        throw new Error('Redis answered a write with something else than whether it was done.');
      });
    });
  }

  async purgeTweet(id: TweetId): Promise<Purged> {
    const row = this.#keys.row(id, this.#identity);
    const index = this.#keys.index(id);
    const tombstone = this.#keys.tombstone(id);
    const stem = this.#keys.rowStem(id);
    const rows = await this.#guard.run('purge', async () => {
      const reply = await this.#purgeClient.purgeTweet(
        row,
        index,
        tombstone,
        stem,
        TOMBSTONE_SECONDS,
      );
      if (typeof reply === 'number') return reply;
      throw new Error('Redis answered a purge with something else than a number.');
    });
    return { rows, contributions: 0 };
  }

  /** Closes at once: what is still under way fails. */
  async close(): Promise<void> {
    this.#client.disconnect();
    this.#purgeClient.disconnect();
  }

  #decode(id: TweetId, value: Buffer | null): FeatureRow | null {
    if (value === null) return null;
    const row = decodeRow(value, id, this.#identity);
    if (row === 'corrupt') {
      this.#metrics.record('FeatureStoreCorruptRows', 1);
      void this.#drop(id, value);
      return null;
    }
    return row === 'other-format' ? null : row;
  }

  /** Nobody waits for it, and a failure has been counted: the row will be found again. */
  async #drop(id: TweetId, value: Buffer): Promise<void> {
    const key = this.#keys.row(id, this.#identity);
    await this.#guard.run('write', () => this.#client.dropRow(key, value)).catch(() => undefined);
  }
}

function isValues(reply: unknown, length: number): reply is (Buffer | null)[] {
  return (
    Array.isArray(reply) &&
    reply.length === length &&
    reply.every((value) => value === null || Buffer.isBuffer(value))
  );
}
