import { setImmediate } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import type {
  ActiveUser,
  AggregateStore,
  BeforePurge,
  DayBucket,
  UserBuckets,
} from '../../application/ports/aggregate-store.ts';
import type {
  FeatureStore,
  FeatureWrite,
  Purged,
  TweetListing,
} from '../../application/ports/feature-store.ts';
import { DEFAULT_AGGREGATE_TTL_SECONDS } from '../../contract/feature-store.ts';
import type { FeatureRow } from '../../domain/feature-row.ts';
import type { ModelIdentity } from '../../domain/sentiment.ts';
import type { TweetId } from '../../domain/tweet.ts';
import type { UserId } from '../../domain/user.ts';
import type { DayRange } from '../../domain/utc-days.ts';
import type { DayBuckets } from './day-buckets.ts';
import { MemoryAggregates, type Share } from './memory-aggregates.ts';
import { PurgeMarks } from './purge-marks.ts';

export interface MemoryFeatureStoreOptions {
  readonly identity: ModelIdentity;
  /** Tweets held at most, and tombstones; the least recently used one goes first. */
  readonly maxRows: number;
  /** Life of a day's aggregates after their last write; 400 days by default. */
  readonly aggregateTtlSeconds?: number;
  /** A clock in milliseconds that never goes back; `performance.now` by default. */
  readonly now?: () => number;
}

/** All that is held of a tweet. */
interface HeldTweet {
  /** By model revision and preprocessing version. */
  readonly rows: Map<string, { readonly row: FeatureRow; readonly endsMs: number }>;
  share: Share | undefined;
}

/** Tweets that a purge takes out before it lets others have their turn. */
const PURGE_STEP = 500;

/** Tweets that are listed at a time. */
const LISTED = 1_000;

/**
 * A feature store that lives and dies with its process. What expires goes when it is looked at:
 * a timer cannot run for 60 days (2^31 ms are 24.8). A tweet that is dropped because there are
 * too many leaves the aggregates too.
 */
export class MemoryFeatureStore implements FeatureStore, AggregateStore {
  readonly name = 'memory';
  readonly #version: string;
  readonly #now: () => number;
  readonly #tweets: LRUCache<TweetId, HeldTweet>;
  readonly #marks: PurgeMarks;
  readonly #aggregates: MemoryAggregates;

  constructor(options: MemoryFeatureStoreOptions) {
    const { identity, maxRows: max, now = () => performance.now() } = options;
    const ttlSeconds = options.aggregateTtlSeconds ?? DEFAULT_AGGREGATE_TTL_SECONDS;
    this.#version = versionOf(identity.revision, identity.preprocessingVersion);
    this.#now = now;
    this.#tweets = new LRUCache({
      max,
      dispose: (held, id, reason) => {
        if (reason === 'evict') this.#takeOut(id, held);
      },
    });
    this.#marks = new PurgeMarks(max, now);
    this.#aggregates = new MemoryAggregates(ttlSeconds * 1_000, now);
  }

  async getTweets(ids: readonly TweetId[]): Promise<(FeatureRow | null)[]> {
    return ids.map((id) => {
      const held = this.#tweets.get(id)?.rows.get(this.#version);
      return held && held.endsMs > this.#now() ? held.row : null;
    });
  }

  async putTweets(writes: readonly FeatureWrite[]): Promise<boolean[]> {
    return writes.map(({ row, ttlSeconds }) => {
      if (this.#marks.has(row)) return false;
      const held = this.#tweets.get(row.tweetId) ?? { rows: new Map(), share: undefined };
      this.#tweets.set(row.tweetId, held);
      this.#putRow(held, row, ttlSeconds);
      held.share = this.#aggregates.count(held.share, row);
      return true;
    });
  }

  async purgeTweet(id: TweetId): Promise<Purged> {
    this.#marks.addTweet(id);
    const held = this.#tweets.peek(id);
    if (!held) return { rows: 0, contributions: 0 };
    this.#tweets.delete(id);
    const rows = [...held.rows.values()].filter(({ endsMs }) => endsMs > this.#now()).length;
    return { rows, contributions: this.#takeOut(id, held) };
  }

  async findUser(username: string): Promise<UserId | null> {
    return this.#aggregates.findUser(username);
  }

  async userBuckets(id: UserId, range: DayRange): Promise<UserBuckets | null> {
    return this.#aggregates.userBuckets(id, range);
  }

  async topicBuckets(topic: string, range: DayRange): Promise<readonly DayBucket[] | null> {
    return this.#aggregates.topicBuckets(topic, range);
  }

  async mostActiveUsers(limit: number): Promise<readonly ActiveUser[]> {
    return this.#aggregates.mostActiveUsers(limit);
  }

  async purgeUser(id: UserId, scoredUpToMs: number, beforeStep: BeforePurge): Promise<Purged> {
    this.#marks.addUser(id, scoredUpToMs);
    return this.#purgeEntity(this.#aggregates.users, id, beforeStep);
  }

  async purgeTopic(topic: string, scoredUpToMs: number, beforeStep: BeforePurge): Promise<Purged> {
    this.#marks.addTopic(topic, scoredUpToMs);
    return this.#purgeEntity(this.#aggregates.topics, topic, beforeStep);
  }

  async listTweets(cursor: string): Promise<TweetListing> {
    const rest = [...this.#tweets.keys()].filter((id) => byValue(id, cursor) > 0).sort(byValue);
    const tweetIds = rest.slice(0, LISTED);
    const isLast = tweetIds.length === rest.length;
    return { tweetIds, nextCursor: isLast ? null : (tweetIds.at(-1) ?? null) };
  }

  async close(): Promise<void> {
    this.#tweets.clear();
    this.#marks.clear();
    this.#aggregates.clear();
  }

  /** A row scored earlier, which comes late, does not replace the one of the same version. */
  #putRow({ rows }: HeldTweet, row: FeatureRow, ttlSeconds: number): void {
    const version = versionOf(row.model.revision, row.preprocessingVersion);
    const present = rows.get(version);
    const isLate =
      present &&
      present.endsMs > this.#now() &&
      present.row.createdTimestampMs > row.createdTimestampMs;
    if (!isLate) rows.set(version, { row, endsMs: this.#now() + ttlSeconds * 1_000 });
  }

  #takeOut(id: TweetId, { share }: HeldTweet): number {
    return share ? this.#aggregates.takeOut(id, share) : 0;
  }

  async #purgeEntity(
    entities: DayBuckets,
    entity: string,
    beforeStep: BeforePurge,
  ): Promise<Purged> {
    let rows = 0;
    let contributions = 0;
    for (;;) {
      const step = entities.tweetsOf(entity).slice(0, PURGE_STEP);
      if (step.length === 0) return { rows, contributions };
      await beforeStep(step);
      await setImmediate();
      for (const id of step) {
        // Also one that counts elsewhere since it has been named: it has been recorded as purged.
        const removed = await this.purgeTweet(id);
        rows += removed.rows;
        contributions += removed.contributions;
      }
    }
  }
}

function versionOf(revision: string, preprocessingVersion: number): string {
  return `${revision}:${preprocessingVersion}`;
}

/** Orders ids without leading zeros as the numbers they are. */
function byValue(a: TweetId, b: TweetId): number {
  return a.length - b.length || (a < b ? -1 : Number(a > b));
}
