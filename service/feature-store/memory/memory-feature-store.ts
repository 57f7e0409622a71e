import { setImmediate } from 'node:timers/promises';
import { getHeapStatistics } from 'node:v8';
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
} from '../../application/ports/feature-store.ts';
import { DEFAULT_AGGREGATE_TTL_SECONDS } from '../../contract/feature-store.ts';
import { RowRejectedError } from '../../domain/errors.ts';
import type { FeatureRow } from '../../domain/feature-row.ts';
import type { ModelIdentity } from '../../domain/sentiment.ts';
import type { TweetId } from '../../domain/tweet.ts';
import type { UserId } from '../../domain/user.ts';
import type { DayRange } from '../../domain/utc-days.ts';
import { rowFault } from '../row-fault.ts';
import type { DayBuckets } from './day-buckets.ts';
import { type HeldTweet, heldBytes, outdatedRow, putRow } from './held-tweet.ts';
import { MemoryAggregates } from './memory-aggregates.ts';
import { Tombstones } from './tombstones.ts';

export interface MemoryFeatureStoreOptions {
  readonly identity: ModelIdentity;
  /** Bound for tweets and for tombstones; the least recently used are evicted first. */
  readonly maxRows: number;
  /**
   * Bound for the estimated memory of tweets and their contributions; the least recently used tweets
   * are evicted first. A quarter of the heap's limit by default.
   */
  readonly maxBytes?: number;
  /** Life of a day bucket after its last write; 400 days by default. */
  readonly aggregateTtlSeconds?: number;
  /** A clock in milliseconds that never goes back; `performance.now` by default. */
  readonly now?: () => number;
}

/** Tweets that a purge removes before it lets the event loop turn. */
const PURGE_STEP_TWEETS = 500;

const TWEETS_PER_PAGE = 1_000;

/** Tweets of a page whose texts are scored again. */
const OUTDATED_TWEETS_PER_PAGE = 100;

/**
 * A feature store in the memory of the process. Expired values are dropped when they are read:
 * a timer cannot run for 60 days (2^31 ms are 24.8). A tweet that is evicted leaves the aggregates
 * too.
 */
export class MemoryFeatureStore implements FeatureStore {
  readonly name = 'memory';
  readonly #version: string;
  readonly #now: () => number;
  readonly #maxRows: number;
  readonly #tweets: LRUCache<TweetId, HeldTweet>;
  readonly #tombstones: Tombstones;
  readonly #aggregates: MemoryAggregates;

  constructor(options: MemoryFeatureStoreOptions) {
    const { identity, maxRows, now = () => performance.now() } = options;
    const ttlSeconds = options.aggregateTtlSeconds ?? DEFAULT_AGGREGATE_TTL_SECONDS;
    this.#version = `${identity.revision}:${identity.preprocessingVersion}`;
    this.#now = now;
    this.#maxRows = maxRows;
    this.#tweets = new LRUCache({
      // With `max` the cache would allocate room for all of them at once.
      maxSize: options.maxBytes ?? Math.floor(getHeapStatistics().heap_size_limit / 4),
      sizeCalculation: heldBytes,
      dispose: (held, id, reason) => {
        if (reason === 'evict') this.#removeContribution(id, held);
      },
    });
    this.#tombstones = new Tombstones(maxRows, now);
    this.#aggregates = new MemoryAggregates(ttlSeconds * 1_000, now);
  }

  async getTweets(ids: readonly TweetId[]): Promise<(FeatureRow | null)[]> {
    return ids.map((id) => {
      const held = this.#tweets.get(id)?.rows.get(this.#version);
      return held && held.endsMs > this.#now() ? held.row : null;
    });
  }

  async putTweets(writes: readonly FeatureWrite[]): Promise<WriteResult[]> {
    return writes.map(({ row, ttlSeconds }) => {
      const fault = rowFault(row);
      if (fault !== null) return new RowRejectedError(row.tweetId, { cause: new Error(fault) });
      if (this.#tombstones.refuse(row)) return false;
      const held = this.#tweets.get(row.tweetId);
      const contribution = this.#aggregates.add(row, held?.contribution);
      const rows: HeldTweet['rows'] = held?.rows ?? new Map();
      putRow(rows, row, ttlSeconds, this.#now());
      // A new object each time: the cache measures only what it does not hold yet.
      this.#tweets.set(row.tweetId, { rows, contribution });
      if (this.#tweets.size > this.#maxRows) this.#tweets.pop();
      return true;
    });
  }

  async purgeTweet(id: TweetId): Promise<Purged> {
    this.#tombstones.addTweet(id);
    const held = this.#tweets.peek(id);
    if (!held) return { rows: 0, contributions: 0 };
    this.#tweets.delete(id);
    const rows = [...held.rows.values()].filter(({ endsMs }) => endsMs > this.#now()).length;
    return { rows, contributions: this.#removeContribution(id, held) };
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

  async mostActiveTopics(limit: number): Promise<readonly ActiveTopic[]> {
    return this.#aggregates.mostActiveTopics(limit);
  }

  async purgeUser(id: UserId, scoredUpToMs: number, beforeStep: BeforePurge): Promise<Purged> {
    this.#tombstones.addUser(id, scoredUpToMs);
    return this.#purgeEntity(this.#aggregates.users, id, beforeStep);
  }

  async purgeTopic(topic: string, scoredUpToMs: number, beforeStep: BeforePurge): Promise<Purged> {
    this.#tombstones.addTopic(topic, scoredUpToMs);
    return this.#purgeEntity(this.#aggregates.topics, topic, beforeStep);
  }

  async listTweets(cursor: string): Promise<TweetListing> {
    return this.#idsAfter(cursor, TWEETS_PER_PAGE);
  }

  async outdatedTweets(cursor: string): Promise<OutdatedTweets> {
    const { tweetIds, nextCursor } = this.#idsAfter(cursor, OUTDATED_TWEETS_PER_PAGE);
    let [present, withoutText] = [0, 0];
    const outdated: FeatureWrite[] = [];
    for (const id of tweetIds) {
      const found = outdatedRow(this.#tweets.peek(id), this.#version, this.#now());
      if (found === 'present') present++;
      else if (found === 'without text') withoutText++;
      else outdated.push(found);
    }
    return { present, withoutText, outdated, nextCursor };
  }

  /** Rows and aggregates of a process live and end together. */
  async rebuildAggregates(): Promise<RebuildPage> {
    return {
      checked: 0,
      rows: 0,
      contributions: 0,
      usernames: 0,
      entities: 0,
      tooLarge: 0,
      purged: [],
      nextCursor: null,
    };
  }

  async close(): Promise<void> {
    this.#tweets.clear();
    this.#tombstones.clear();
    this.#aggregates.clear();
  }

  #idsAfter(cursor: string, count: number): TweetListing {
    const rest = [...this.#tweets.keys()].filter((id) => byValue(id, cursor) > 0).sort(byValue);
    const tweetIds = rest.slice(0, count);
    const isLast = tweetIds.length === rest.length;
    return { tweetIds, nextCursor: isLast ? null : (tweetIds.at(-1) ?? null) };
  }

  #removeContribution(id: TweetId, { contribution }: HeldTweet): number {
    return contribution ? this.#aggregates.remove(id, contribution) : 0;
  }

  async #purgeEntity(
    entities: DayBuckets,
    entity: string,
    beforeStep: BeforePurge,
  ): Promise<Purged> {
    let rows = 0;
    let contributions = 0;
    for (;;) {
      const step = entities.tweetsOf(entity).slice(0, PURGE_STEP_TWEETS);
      if (step.length === 0) return { rows, contributions };
      await beforeStep(step);
      await setImmediate();
      for (const id of step) {
        // Also a tweet that has moved to another entity since: it is already recorded as purged.
        const removed = await this.purgeTweet(id);
        rows += removed.rows;
        contributions += removed.contributions;
      }
    }
  }
}

/** Orders ids without leading zeros as the numbers they are. */
function byValue(a: TweetId, b: TweetId): number {
  return a.length - b.length || (a < b ? -1 : Number(a > b));
}
