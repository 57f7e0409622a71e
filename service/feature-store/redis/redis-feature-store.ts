import type { Redis } from 'ioredis';
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
import type { FeatureRow } from '../../domain/feature-row.ts';
import type { ModelIdentity } from '../../domain/sentiment.ts';
import type { TweetId } from '../../domain/tweet.ts';
import type { UserId } from '../../domain/user.ts';
import type { DayRange } from '../../domain/utc-days.ts';
import { AggregateReader } from './aggregate-reader.ts';
import { RedisKeys, topicEntity, userEntity } from './keys.ts';
import { openClients } from './open-clients.ts';
import { OperationGuard } from './operation-guard.ts';
import { OutdatedReader } from './outdated-reader.ts';
import { Purger } from './purger.ts';
import { RankingReader } from './ranking-reader.ts';
import { Rebuilder } from './rebuilder.ts';
import type { RedisAddress, RedisTimeouts } from './redis-client.ts';
import { RowReader } from './row-reader.ts';
import { RowWriter } from './row-writer.ts';
import { TweetLister } from './tweet-lister.ts';

export interface RedisFeatureStoreOptions extends RedisAddress {
  readonly keyPrefix: string;
  readonly identity: ModelIdentity;
  readonly metrics: Metrics;
  readonly logger: Logger;
  readonly timeouts?: Partial<RedisTimeouts>;
  /** Life of a day bucket after its last write; 400 days by default. */
  readonly aggregateTtlSeconds?: number;
}

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
  readonly #patientClient: Redis;
  readonly #guard: OperationGuard;
  readonly #rowReader: RowReader;
  readonly #rowWriter: RowWriter;
  readonly #aggregates: AggregateReader;
  readonly #rankings: RankingReader;
  readonly #purger: Purger;
  readonly #rebuilder: Rebuilder;
  readonly #outdated: OutdatedReader;
  readonly #lister: TweetLister;

  private constructor(options: RedisFeatureStoreOptions, client: Redis, patientClient: Redis) {
    const { metrics, identity } = options;
    const aggregateSeconds = options.aggregateTtlSeconds ?? DEFAULT_AGGREGATE_TTL_SECONDS;
    const lives = { aggregateSeconds, coverSeconds: Math.floor(aggregateSeconds * COVER_RATIO) };
    const keys = new RedisKeys(options.keyPrefix);
    this.#client = client;
    this.#patientClient = patientClient;
    this.#guard = new OperationGuard(options);
    const parts = { keys, guard: this.#guard };
    this.#rowReader = new RowReader({ ...parts, client, identity, metrics });
    this.#rowWriter = new RowWriter({ ...parts, ...lives, client, metrics });
    this.#aggregates = new AggregateReader({ ...parts, client, metrics });
    this.#rankings = new RankingReader({ ...parts, client, metrics });
    this.#purger = new Purger({ ...parts, client: patientClient, identity });
    this.#lister = new TweetLister(patientClient, keys);
    this.#outdated = new OutdatedReader({ ...parts, client: patientClient, identity });
    this.#rebuilder = new Rebuilder({ ...parts, ...lives, client: patientClient });
  }

  /**
   * Opens the store. Waits briefly for the first connection, so that a process with a healthy
   * Redis starts with hits; otherwise continues and connects in the background.
   *
   * @throws StartupError if the server refuses the database number, or runs in cluster mode
   */
  static async connect(options: RedisFeatureStoreOptions): Promise<RedisFeatureStore> {
    const { client, patientClient } = await openClients(options);
    return new RedisFeatureStore(options, client, patientClient);
  }

  getTweets(ids: readonly TweetId[]): Promise<(FeatureRow | null)[]> {
    return this.#rowReader.read(ids);
  }

  putTweets(writes: readonly FeatureWrite[]): Promise<WriteResult[]> {
    return this.#rowWriter.write(writes);
  }

  // Rows are forgotten last: a read under way during a purge may decode them once more.

  purgeTweet(id: TweetId): Promise<Purged> {
    return this.#purger.purgeTweet(id).finally(() => this.#rowReader.forget(id));
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
    const purge = this.#purger.purgeEntity(userEntity(id), scoredUpToMs, beforeStep);
    return purge.finally(() => this.#rowReader.forgetAll());
  }

  async purgeTopic(topic: string, scoredUpToMs: number, beforeStep: BeforePurge): Promise<Purged> {
    const purge = this.#purger.purgeEntity(topicEntity(topic), scoredUpToMs, beforeStep);
    return purge.finally(() => this.#rowReader.forgetAll());
  }

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
    this.#rowReader.forgetAll();
    this.#client.disconnect();
    this.#patientClient.disconnect();
  }
}
