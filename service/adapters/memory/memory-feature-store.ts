import { LRUCache } from 'lru-cache';
import type { FeatureRow } from '../../domain/feature-row.ts';
import type { FeatureStore, FeatureWrite, Purged } from '../../domain/ports/feature-store.ts';
import type { ModelIdentity } from '../../domain/sentiment.ts';
import type { TweetId } from '../../domain/tweet.ts';

export interface MemoryFeatureStoreOptions {
  readonly identity: ModelIdentity;
  /** Rows held at most, and tombstones; the least recently used one goes first. */
  readonly maxRows: number;
  /** A clock in milliseconds that never goes back; `performance.now` by default. */
  readonly now?: () => number;
}

const TOMBSTONE_MS = 86_400_000;

/**
 * A feature store that lives and dies with its process. Rows expire when they are looked at:
 * a timer cannot run for 60 days (2^31 ms are 24.8).
 */
export class MemoryFeatureStore implements FeatureStore {
  readonly name = 'memory';
  readonly #identity: ModelIdentity;
  readonly #rows: LRUCache<string, FeatureRow>;
  readonly #tombstones: LRUCache<TweetId, true>;
  /** The keys of each tweet's rows, of every model revision. */
  readonly #keysOfTweet = new Map<TweetId, Set<string>>();

  constructor({ identity, maxRows, now }: MemoryFeatureStoreOptions) {
    this.#identity = identity;
    const bounds = { max: maxRows, ttlResolution: 0, ...(now && { perf: { now } }) };
    this.#rows = new LRUCache({
      ...bounds,
      dispose: ({ tweetId }, key) => this.#forgetKey(tweetId, key),
    });
    this.#tombstones = new LRUCache({ ...bounds, ttl: TOMBSTONE_MS });
  }

  async getTweets(ids: readonly TweetId[]): Promise<(FeatureRow | null)[]> {
    return ids.map((id) => this.#rows.get(rowKey(id, this.#identity)) ?? null);
  }

  async putTweets(writes: readonly FeatureWrite[]): Promise<boolean[]> {
    return writes.map(({ row, ttlSeconds }) => {
      if (this.#tombstones.has(row.tweetId)) return false;
      const { model, preprocessingVersion } = row;
      const key = rowKey(row.tweetId, { revision: model.revision, preprocessingVersion });
      // First, for what it replaces or pushes out takes its key along.
      this.#rows.set(key, row, { ttl: ttlSeconds * 1_000 });
      const keys = this.#keysOfTweet.get(row.tweetId);
      if (keys) keys.add(key);
      else this.#keysOfTweet.set(row.tweetId, new Set([key]));
      return true;
    });
  }

  async purgeTweet(id: TweetId): Promise<Purged> {
    this.#tombstones.set(id, true);
    let rows = 0;
    for (const key of [...(this.#keysOfTweet.get(id) ?? [])]) {
      if (this.#rows.has(key)) rows++;
      this.#rows.delete(key);
    }
    return { rows, contributions: 0 };
  }

  async close(): Promise<void> {
    this.#rows.clear();
    this.#tombstones.clear();
  }

  #forgetKey(id: TweetId, key: string): void {
    const keys = this.#keysOfTweet.get(id);
    keys?.delete(key);
    if (keys?.size === 0) this.#keysOfTweet.delete(id);
  }
}

function rowKey(
  id: TweetId,
  { revision, preprocessingVersion }: Pick<ModelIdentity, 'revision' | 'preprocessingVersion'>,
): string {
  return `${id}:${revision}:${preprocessingVersion}`;
}
