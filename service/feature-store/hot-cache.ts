import { LRUCache } from 'lru-cache';
import type {
  ActiveUser,
  BeforePurge,
  DayBucket,
  FeatureStore,
  FeatureWrite,
  Purged,
  TweetListing,
  UserBuckets,
} from '../application/ports/feature-store.ts';
import type { FeatureRow } from '../domain/feature-row.ts';
import type { TweetId } from '../domain/tweet.ts';
import type { UserId } from '../domain/user.ts';
import type { DayRange } from '../domain/utc-days.ts';

export interface CachedFeatureStoreOptions {
  /** The store that holds the rows; closed with the cache. */
  readonly store: FeatureStore;
  /**
   * Life of a row in the cache. As long may a row outlive its expiry, and a purge by another
   * process go unnoticed.
   */
  readonly ttlMs: number;
  /** Bound of its memory: 8 million characters by default, 16 MB at most. */
  readonly maxCharacters?: number;
  /** A clock in milliseconds that never goes back; `performance.now` by default. */
  readonly now?: () => number;
}

const MAX_CHARACTERS = 8_000_000;

/** What a row without its text is taken for; texts go up to 25,000 characters. */
const ROW_CHARACTERS = 500;

/**
 * Keeps hot rows in the process for a moment. Absence is never kept, and what this process
 * writes or purges is gone from the cache before the call returns.
 */
export class CachedFeatureStore implements FeatureStore {
  readonly name: FeatureStore['name'];
  readonly #store: FeatureStore;
  readonly #rows: LRUCache<TweetId, FeatureRow>;
  /** For each read under way the tweets whose row it may still put into the cache. */
  readonly #reads = new Set<Set<TweetId>>();

  constructor({ store, ttlMs, maxCharacters = MAX_CHARACTERS, now }: CachedFeatureStoreOptions) {
    if (!(ttlMs > 0)) throw new RangeError(`A cache keeps rows longer than ${ttlMs} ms; use none.`);
    this.name = store.name;
    this.#store = store;
    this.#rows = new LRUCache({
      maxSize: maxCharacters,
      sizeCalculation: ({ text }) => ROW_CHARACTERS + (text?.length ?? 0),
      ttl: ttlMs,
      ttlResolution: 0,
      ...(now && { perf: { now } }),
    });
  }

  async getTweets(ids: readonly TweetId[]): Promise<(FeatureRow | null)[]> {
    const rows = new Map<TweetId, FeatureRow | null>();
    for (const id of ids) if (!rows.has(id)) rows.set(id, this.#rows.get(id) ?? null);
    const missing = [...rows.keys()].filter((id) => rows.get(id) === null);
    if (missing.length > 0) {
      const read = await this.#read(missing);
      missing.forEach((id, index) => {
        rows.set(id, read[index] ?? null);
      });
    }
    return ids.map((id) => rows.get(id) ?? null);
  }

  async putTweets(writes: readonly FeatureWrite[]): Promise<boolean[]> {
    try {
      return await this.#store.putTweets(writes);
    } finally {
      for (const { row } of writes) this.#evict(row.tweetId);
    }
  }

  async purgeTweet(id: TweetId): Promise<Purged> {
    this.#evict(id);
    try {
      return await this.#store.purgeTweet(id);
    } finally {
      // A read may have fetched the row since.
      this.#evict(id);
    }
  }

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

  purgeUser(id: UserId, scoredUpToMs: number, beforeStep: BeforePurge): Promise<Purged> {
    return this.#withoutRows(() => this.#store.purgeUser(id, scoredUpToMs, beforeStep));
  }

  purgeTopic(topic: string, scoredUpToMs: number, beforeStep: BeforePurge): Promise<Purged> {
    return this.#withoutRows(() => this.#store.purgeTopic(topic, scoredUpToMs, beforeStep));
  }

  listTweets(cursor: string): Promise<TweetListing> {
    return this.#store.listTweets(cursor);
  }

  close(): Promise<void> {
    this.#rows.clear();
    return this.#store.close();
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

  /** Which rows a purge of many will take is not known here: it is rare enough to drop them all. */
  async #withoutRows(purge: () => Promise<Purged>): Promise<Purged> {
    this.#evictAll();
    try {
      return await purge();
    } finally {
      this.#evictAll();
    }
  }

  #evictAll(): void {
    this.#rows.clear();
    for (const keepable of this.#reads) keepable.clear();
  }

  /** Also keeps the reads under way, which may hold the old row, from caching it. */
  #evict(id: TweetId): void {
    this.#rows.delete(id);
    for (const keepable of this.#reads) keepable.delete(id);
  }
}
