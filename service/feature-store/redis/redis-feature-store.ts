import type { ChainableCommander, Redis } from 'ioredis';
import type {
  ActiveTopic,
  ActiveUser,
  BeforePurge,
  DayBucket,
  FeatureStore,
  FeatureWrite,
  OutdatedTweets,
  Purged,
  RebuildPage,
  TweetListing,
  UserBuckets,
  WriteResult,
} from '../../application/ports/feature-store.ts';
import type { Logger } from '../../application/ports/logger.ts';
import type { Metrics } from '../../application/ports/metrics.ts';
import { DEFAULT_AGGREGATE_TTL_SECONDS } from '../../contract/feature-store.ts';
import { contributionOf, MAX_CONTRIBUTION_TOPICS } from '../../domain/contribution.ts';
import { RowRejectedError } from '../../domain/errors.ts';
import type { FeatureRow } from '../../domain/feature-row.ts';
import type { ModelIdentity } from '../../domain/sentiment.ts';
import type { TweetId } from '../../domain/tweet.ts';
import type { UserId } from '../../domain/user.ts';
import type { DayRange } from '../../domain/utc-days.ts';
import { rowFault } from '../row-fault.ts';
import { AggregateReader } from './aggregate-reader.ts';
import { encodeContent } from './bucket-codec.ts';
import { failureReason, isRowFault } from './failures.ts';
import { checkedUsername, RedisKeys, topicEntity, userEntity, versionField } from './keys.ts';
import { openClients } from './open-clients.ts';
import { OperationGuard } from './operation-guard.ts';
import { OutdatedReader } from './outdated-reader.ts';
import { Purger } from './purger.ts';
import { RankingReader } from './ranking-reader.ts';
import { Rebuilder } from './rebuilder.ts';
import type { RedisAddress } from './redis-client.ts';
import { encodeRow } from './row-codec.ts';
import { TweetLister } from './tweet-lister.ts';
import { ValidatedRows } from './validated-rows.ts';

export interface RedisFeatureStoreOptions extends RedisAddress {
  readonly keyPrefix: string;
  readonly identity: ModelIdentity;
  readonly metrics: Metrics;
  readonly logger: Logger;
  /** Longest time a read or a write waits for Redis; 100 by default. */
  readonly commandTimeoutMs?: number;
  /** Life of a day bucket after its last write; 400 days by default. */
  readonly aggregateTtlSeconds?: number;
}

const DAY_SECONDS = 86_400;

/**
 * Life of a tweet's index as a multiple of that of its day buckets. The rest saves a write to a
 * bucket from prolonging the indexes of all its tweets each time.
 */
const COVER_RATIO = 1.25;

/** A feature store in Redis or Valkey; docs/feature-store-format.md describes what it writes. */
export class RedisFeatureStore implements FeatureStore {
  readonly name = 'redis';
  readonly #client: Redis;
  /** Used by purges, listings and rebuilds: it waits where reads and writes give up. */
  readonly #purgeClient: Redis;
  readonly #keys: RedisKeys;
  readonly #identity: ModelIdentity;
  readonly #metrics: Metrics;
  readonly #guard: OperationGuard;
  readonly #aggregateSeconds: number;
  readonly #coverSeconds: number;
  readonly #aggregates: AggregateReader;
  readonly #rankings: RankingReader;
  readonly #purger: Purger;
  readonly #rebuilder: Rebuilder;
  readonly #outdated: OutdatedReader;
  readonly #lister: TweetLister;
  readonly #rows: ValidatedRows;

  private constructor(options: RedisFeatureStoreOptions, client: Redis, purgeClient: Redis) {
    this.#client = client;
    this.#purgeClient = purgeClient;
    this.#keys = new RedisKeys(options.keyPrefix);
    this.#identity = options.identity;
    this.#rows = new ValidatedRows(options.identity);
    this.#metrics = options.metrics;
    this.#guard = new OperationGuard(options);
    this.#aggregateSeconds = options.aggregateTtlSeconds ?? DEFAULT_AGGREGATE_TTL_SECONDS;
    this.#coverSeconds = Math.floor(this.#aggregateSeconds * COVER_RATIO);
    const { metrics, identity } = options;
    const parts = { keys: this.#keys, guard: this.#guard };
    this.#aggregates = new AggregateReader({ ...parts, client, metrics });
    this.#rankings = new RankingReader({ ...parts, client, metrics });
    this.#purger = new Purger({ ...parts, client: purgeClient, identity });
    this.#lister = new TweetLister(purgeClient, this.#keys);
    this.#outdated = new OutdatedReader({ ...parts, client: purgeClient, identity });
    this.#rebuilder = new Rebuilder({
      ...parts,
      client: purgeClient,
      aggregateSeconds: this.#aggregateSeconds,
      coverSeconds: this.#coverSeconds,
    });
  }

  /**
   * Opens the store. Waits briefly for the first connection, so that a process with a healthy
   * Redis starts with hits; otherwise continues and connects in the background.
   *
   * @throws StartupError if the server refuses the database number, or runs in cluster mode
   */
  static async connect(options: RedisFeatureStoreOptions): Promise<RedisFeatureStore> {
    const { client, purgeClient } = await openClients(options);
    return new RedisFeatureStore(options, client, purgeClient);
  }

  async getTweets(ids: readonly TweetId[]): Promise<(FeatureRow | null)[]> {
    if (ids.length === 0) return [];
    const keys = ids.map((id) => this.#keys.row(id, this.#identity));
    const values = await this.#guard.run('read', async () => {
      const reply: unknown = await this.#client.mgetBuffer(keys);
      if (isValues(reply, keys.length)) return reply;
      throw new Error('Redis answered a read with something other than its values.');
    });
    return ids.map((id, index) => this.#decode(id, values[index] ?? null));
  }

  async putTweets(writes: readonly FeatureWrite[]): Promise<WriteResult[]> {
    const faults = writes.map(({ row }) => rowFault(row));
    const sound = writes.filter((_, index) => faults[index] === null);
    const results = (await this.#putSound(sound)).values();
    return writes.map(({ row }, index) => {
      const fault = faults[index] ?? null;
      if (fault === null) return results.next().value ?? false;
      return this.#rejected(row.tweetId, fault);
    });
  }

  async #putSound(writes: readonly FeatureWrite[]): Promise<WriteResult[]> {
    if (writes.length === 0) return [];
    const pipeline = this.#client.pipeline();
    for (const write of writes) this.#put(pipeline, write);
    return this.#guard.run('write', async () => {
      const replies = (await pipeline.exec()) ?? [];
      return writes.map(({ row: { tweetId } }, index) => {
        const [error, written] = replies[index] ?? [];
        if (isRowFault(error)) return this.#rejected(tweetId, failureReason(error));
        if (error) throw error;
        if (written === 0 || written === 1) return written === 1;
        throw new Error('Redis answered a write with something other than whether it was done.');
      });
    });
  }

  #rejected(tweetId: TweetId, reason: string): RowRejectedError {
    this.#metrics.record('FeatureStoreErrors', 1, 'write');
    return new RowRejectedError(tweetId, { cause: new Error(reason) });
  }

  purgeTweet(id: TweetId): Promise<Purged> {
    this.#rows.forget(id);
    return this.#purger.purgeTweet(id);
  }

  findUser(username: string): Promise<UserId | null> {
    return this.#aggregates.findUser(username);
  }

  userBuckets(id: UserId, range: DayRange): Promise<UserBuckets | null> {
    return this.#aggregates.userBuckets(id, range);
  }

  topicBuckets(topic: string, range: DayRange): Promise<readonly DayBucket[] | null> {
    return this.#aggregates.topicBuckets(topic, range);
  }

  mostActiveUsers(limit: number): Promise<readonly ActiveUser[]> {
    return this.#rankings.users(limit);
  }

  mostActiveTopics(limit: number): Promise<readonly ActiveTopic[]> {
    return this.#rankings.topics(limit);
  }

  async purgeUser(id: UserId, scoredUpToMs: number, beforeStep: BeforePurge): Promise<Purged> {
    this.#rows.forgetAll();
    return this.#purger.purgeEntity(userEntity(id), scoredUpToMs, beforeStep);
  }

  async purgeTopic(topic: string, scoredUpToMs: number, beforeStep: BeforePurge): Promise<Purged> {
    this.#rows.forgetAll();
    return this.#purger.purgeEntity(topicEntity(topic), scoredUpToMs, beforeStep);
  }

  /** Uses the patient client: a page may take longer than a read of rows. */
  async listTweets(cursor: string): Promise<TweetListing> {
    return this.#guard.run('read', () => this.#lister.page(cursor));
  }

  outdatedTweets(cursor: string): Promise<OutdatedTweets> {
    return this.#outdated.page(cursor);
  }

  rebuildAggregates(cursor: string, isDryRun: boolean): Promise<RebuildPage> {
    return this.#rebuilder.page(cursor, isDryRun);
  }

  /** Closes at once; operations under way fail. */
  async close(): Promise<void> {
    this.#rows.forgetAll();
    this.#client.disconnect();
    this.#purgeClient.disconnect();
  }

  #put(pipeline: ChainableCommander, { row, ttlSeconds }: FeatureWrite): void {
    const { tweetId, authorId, authorUsername, model, preprocessingVersion } = row;
    const version = { revision: model.revision, preprocessingVersion };
    const contribution = contributionOf(row);
    // Called for their checks: both become parts of keys.
    if (authorId !== null) userEntity(authorId);
    contribution.topics.forEach(topicEntity);
    pipeline.putRow(
      this.#keys.row(tweetId, version),
      this.#keys.index(tweetId),
      this.#keys.tombstone(tweetId),
      this.#keys.prefix,
      this.#aggregateSeconds,
      this.#coverSeconds,
      // Longer than the row, so that a purge finds it.
      Math.max(this.#coverSeconds, ttlSeconds + DAY_SECONDS),
      MAX_CONTRIBUTION_TOPICS,
      encodeRow(row),
      ttlSeconds,
      versionField(version),
      row.createdTimestampMs,
      row.eventTimestampMs,
      authorId ?? '',
      authorId !== null && authorUsername !== null ? checkedUsername(authorUsername) : '',
      encodeContent(contribution),
      contribution.topics.join('\n'),
    );
  }

  #decode(id: TweetId, value: Buffer | null): FeatureRow | null {
    const row = this.#rows.decode(id, value);
    if (row === 'corrupt' && value !== null) {
      this.#metrics.record('FeatureStoreCorruptRows', 1);
      void this.#drop(id, value);
    }
    return typeof row === 'string' ? null : row;
  }

  /** Runs in the background. A failure is counted, and the next read tries again. */
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
