import { LRUCache } from 'lru-cache';
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
} from '../application/ports/feature-store.ts';
import type { FeatureRow } from '../domain/feature-row.ts';
import { rowBytes } from '../domain/row-size.ts';
import type { TweetId } from '../domain/tweet.ts';
import type { UserId } from '../domain/user.ts';
import type { DayRange } from '../domain/utc-days.ts';

export interface CachedFeatureStoreOptions {
  /** Wrapped store; closed with the cache. */
  readonly store: FeatureStore;
  /**
   * Life of a row in the cache. A row may be served for up to this long after it expired or was
   * purged by another process.
   */
  readonly ttlMs: number;
  /** Bound for the cached rows; 16 MiB by default. */
  readonly maxBytes?: number;
  /** A clock in milliseconds that never goes back; `performance.now` by default. */
  readonly now?: () => number;
}

const MAX_BYTES = 16 * 2 ** 20;

/**
 * Caches rows of hot tweets in the process for a few seconds; other operations go straight to the
 * store. Absence is not cached. Rows that this process writes or purges leave the cache before
 * the call returns.
 */
export class CachedFeatureStore implements FeatureStore {
  readonly name: FeatureStore['name'];
  readonly #store: FeatureStore;
  readonly #rows: LRUCache<TweetId, FeatureRow>;
  /** For each read under way, the tweets whose rows it may still cache. */
  readonly #reads = new Set<Set<TweetId>>();

  constructor({ store, ttlMs, maxBytes = MAX_BYTES, now }: CachedFeatureStoreOptions) {
    if (!(ttlMs > 0))
      throw new RangeError(
        `the life of cached rows must be above 0 ms, got ${ttlMs} ms; leave out the cache instead`,
      );
    this.name = store.name;
    this.#store = store;
    this.#rows = new LRUCache({
      maxSize: maxBytes,
      sizeCalculation: rowBytes,
      ttl: ttlMs,
      ttlResolution: 0,
      ...(now && { perf: { now } }),
    });
  }

  async getTweets(ids: readonly TweetId[]): Promise<(FeatureRow | null)[]> {
    const cached = ids.map((id) => this.#rows.get(id) ?? null);
    if (!cached.includes(null)) return cached;
    const missing = [...new Set(ids.filter((_, index) => cached[index] === null))];
    const read = await this.#read(missing);
    const rows = new Map(missing.map((id, index) => [id, read[index] ?? null]));
    return ids.map((id, index) => cached[index] ?? rows.get(id) ?? null);
  }

  async putTweets(writes: readonly FeatureWrite[]): Promise<WriteResult[]> {
    try {
      return await this.#store.putTweets(writes);
    } finally {
      for (const { row } of writes) this.#evict(row.tweetId);
    }
  }

  purgeTweet(id: TweetId): Promise<Purged> {
    return this.#evicting(
      () => this.#evict(id),
      () => this.#store.purgeTweet(id),
    );
  }

  purgeUser(id: UserId, scoredUpToMs: number, beforeStep: BeforePurge): Promise<Purged> {
    return this.#evicting(
      () => this.#evictAll(),
      () => this.#store.purgeUser(id, scoredUpToMs, beforeStep),
    );
  }

  purgeTopic(topic: string, scoredUpToMs: number, beforeStep: BeforePurge): Promise<Purged> {
    return this.#evicting(
      () => this.#evictAll(),
      () => this.#store.purgeTopic(topic, scoredUpToMs, beforeStep),
    );
  }

  close(): Promise<void> {
    this.#rows.clear();
    return this.#store.close();
  }

  // Passed on without change.

  findUser(username: string): Promise<UserId | null> {
    return this.#store.findUser(username);
  }

  userBuckets(id: UserId, range: DayRange): Promise<UserBuckets | null> {
    return this.#store.userBuckets(id, range);
  }

  topicBuckets(topic: string, range: DayRange): Promise<readonly DayBucket[] | null> {
    return this.#store.topicBuckets(topic, range);
  }

  mostActiveUsers(limit: number): Promise<readonly ActiveUser[]> {
    return this.#store.mostActiveUsers(limit);
  }

  mostActiveTopics(limit: number): Promise<readonly ActiveTopic[]> {
    return this.#store.mostActiveTopics(limit);
  }

  listTweets(cursor: string): Promise<TweetListing> {
    return this.#store.listTweets(cursor);
  }

  outdatedTweets(cursor: string): Promise<OutdatedTweets> {
    return this.#store.outdatedTweets(cursor);
  }

  rebuildAggregates(cursor: string, isDryRun: boolean): Promise<RebuildPage> {
    return this.#store.rebuildAggregates(cursor, isDryRun);
  }

  async #read(ids: readonly TweetId[]): Promise<(FeatureRow | null)[]> {
    const keepable = new Set(ids);
    this.#reads.add(keepable);
    try {
      const rows = await this.#store.getTweets(ids);
      for (const row of rows)
        if (row && keepable.has(row.tweetId)) this.#rows.set(row.tweetId, row);
      return rows;
    } finally {
      this.#reads.delete(keepable);
    }
  }

  /** Evicts before and after: a read in between may cache what the work removes. */
  async #evicting<T>(evict: () => void, work: () => Promise<T>): Promise<T> {
    evict();
    try {
      return await work();
    } finally {
      evict();
    }
  }

  /** For purges of many tweets, whose ids are not known here. They are rare. */
  #evictAll(): void {
    this.#rows.clear();
    for (const keepable of this.#reads) keepable.clear();
  }

  /** Evicts a row, and stops reads under way from caching the old one. */
  #evict(id: TweetId): void {
    this.#rows.delete(id);
    for (const keepable of this.#reads) keepable.delete(id);
  }
}
