import { setImmediate } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import {
  type Contribution,
  contributionOf,
  mergeContributions,
} from '../../domain/contribution.ts';
import { DEFAULT_AGGREGATE_TTL_SECONDS, type FeatureRow } from '../../domain/feature-row.ts';
import type {
  ActiveUser,
  AggregateStore,
  BeforePurge,
  DayBucket,
  UserBuckets,
} from '../../domain/ports/aggregate-store.ts';
import type {
  FeatureStore,
  FeatureWrite,
  Purged,
  TweetListing,
} from '../../domain/ports/feature-store.ts';
import { type ModelIdentity, perLabel } from '../../domain/sentiment.ts';
import type { TweetId } from '../../domain/tweet.ts';
import type { UserId } from '../../domain/user.ts';
import type { DayRange } from '../../domain/utc-days.ts';
import { type Bucket, DayBuckets } from './day-buckets.ts';
import { Usernames } from './usernames.ts';

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

interface Share {
  readonly contribution: Contribution;
  /** Each of its buckets lives at least so long. */
  readonly endsMs: number;
  readonly author: Bucket | undefined;
  readonly topics: readonly Bucket[];
}

const TOMBSTONE_MS = 86_400_000;

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
  readonly #aggregateTtlMs: number;
  readonly #tweets: LRUCache<TweetId, HeldTweet>;
  readonly #tombstones: LRUCache<TweetId, true>;
  /** Of purged users and topics: up to when they were, as `scoredUpToMs`. */
  readonly #fences: LRUCache<string, number>;
  readonly #users: DayBuckets;
  readonly #topics: DayBuckets;
  readonly #names: Usernames;

  constructor(options: MemoryFeatureStoreOptions) {
    const { identity, maxRows: max, now = () => performance.now() } = options;
    const ttlMs = (options.aggregateTtlSeconds ?? DEFAULT_AGGREGATE_TTL_SECONDS) * 1_000;
    this.#aggregateTtlMs = ttlMs;
    this.#version = versionOf(identity.revision, identity.preprocessingVersion);
    this.#now = now;
    this.#tweets = new LRUCache({
      max,
      dispose: (held, id, reason) => {
        if (reason === 'evict') this.#takeOut(id, held);
      },
    });
    const forADay = { max, ttl: TOMBSTONE_MS, ttlResolution: 0, perf: { now } };
    this.#tombstones = new LRUCache(forADay);
    this.#fences = new LRUCache(forADay);
    this.#names = new Usernames(ttlMs, now);
    this.#users = new DayBuckets({ ttlMs, now, onGone: (id) => this.#names.forget(id) });
    this.#topics = new DayBuckets({ ttlMs, now });
  }

  async getTweets(ids: readonly TweetId[]): Promise<(FeatureRow | null)[]> {
    return ids.map((id) => {
      const held = this.#tweets.get(id)?.rows.get(this.#version);
      return held && held.endsMs > this.#now() ? held.row : null;
    });
  }

  async putTweets(writes: readonly FeatureWrite[]): Promise<boolean[]> {
    return writes.map(({ row, ttlSeconds }) => {
      if (this.#isPurged(row)) return false;
      const held = this.#tweets.get(row.tweetId) ?? { rows: new Map(), share: undefined };
      this.#tweets.set(row.tweetId, held);
      this.#putRow(held, row, ttlSeconds);
      this.#count(held, row);
      return true;
    });
  }

  async purgeTweet(id: TweetId): Promise<Purged> {
    this.#tombstones.set(id, true);
    const held = this.#tweets.peek(id);
    if (!held) return { rows: 0, contributions: 0 };
    this.#tweets.delete(id);
    const rows = [...held.rows.values()].filter(({ endsMs }) => endsMs > this.#now()).length;
    return { rows, contributions: this.#takeOut(id, held) };
  }

  async findUser(username: string): Promise<UserId | null> {
    const id = this.#names.idOf(username);
    // A name may outlive the last bucket of its user, and goes with it.
    if (id !== null) this.#users.tidy(id);
    return this.#names.idOf(username);
  }

  async userBuckets(id: UserId, range: DayRange): Promise<UserBuckets | null> {
    const buckets = this.#users.of(id);
    return buckets && { id, username: this.#names.nameOf(id), buckets: within(buckets, range) };
  }

  async topicBuckets(topic: string, range: DayRange): Promise<readonly DayBucket[] | null> {
    const buckets = this.#topics.of(topic);
    return buckets && within(buckets, range);
  }

  async mostActiveUsers(limit: number): Promise<readonly ActiveUser[]> {
    const users = this.#users.entities().flatMap((id) => {
      const buckets = this.#users.of(id);
      if (!buckets) return [];
      const counts = perLabel((label) => sum(buckets.map((bucket) => bucket.counts[label])));
      const total = sum(Object.values(counts));
      return [{ total, user: { id, username: this.#names.nameOf(id), counts } }];
    });
    return users
      .sort((a, b) => b.total - a.total || (a.user.id < b.user.id ? 1 : -1))
      .slice(0, limit)
      .map(({ user }) => user);
  }

  async purgeUser(id: UserId, scoredUpToMs: number, beforeStep: BeforePurge): Promise<Purged> {
    return this.#purgeEntity(this.#users, id, userFence(id), scoredUpToMs, beforeStep);
  }

  async purgeTopic(topic: string, scoredUpToMs: number, beforeStep: BeforePurge): Promise<Purged> {
    return this.#purgeEntity(this.#topics, topic, topicFence(topic), scoredUpToMs, beforeStep);
  }

  async listTweets(cursor: string): Promise<TweetListing> {
    const rest = [...this.#tweets.keys()].filter((id) => byValue(id, cursor) > 0).sort(byValue);
    const tweetIds = rest.slice(0, LISTED);
    const isLast = tweetIds.length === rest.length;
    return { tweetIds, nextCursor: isLast ? null : (tweetIds.at(-1) ?? null) };
  }

  async close(): Promise<void> {
    this.#tweets.clear();
    this.#tombstones.clear();
    this.#fences.clear();
    this.#users.clear();
    this.#topics.clear();
    this.#names.clear();
  }

  #isPurged({ tweetId, authorId, topics, createdTimestampMs }: FeatureRow): boolean {
    const fences = topics.map(topicFence);
    if (authorId !== null) fences.push(userFence(authorId));
    return (
      this.#tombstones.has(tweetId) ||
      fences.some((fence) => createdTimestampMs <= (this.#fences.get(fence) ?? -1))
    );
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

  /**
   * Adds a row's contribution anew even if the score stays the same: every write prolongs the
   * buckets, so that a row is never there for longer than the buckets by which a purge finds it.
   */
  #count(held: HeldTweet, row: FeatureRow): void {
    const own = contributionOf(row);
    // Before anything is taken out: a user who has nothing left that counts starts anew.
    this.#tidy(own);
    const before = held.share;
    if (before) this.#tidy(before.contribution);
    const counted = before
      ? this.#removeShare(row.tweetId, before) > 0 || before.endsMs > this.#now()
      : false;
    held.share = this.#addShare(
      row.tweetId,
      before && counted ? mergeContributions(before.contribution, own) : own,
    );
    if (before) this.#tidy(before.contribution);
    const { authorId, authorUsername, eventTimestampMs } = row;
    // Not of one whom a newer score does not take for the author: no bucket may be theirs, by
    // whose end the name would go.
    const isAuthor = authorId === held.share.contribution.authorId;
    if (isAuthor && authorId !== null && authorUsername !== null) {
      this.#names.learn(authorId, authorUsername, eventTimestampMs);
    }
  }

  #addShare(id: TweetId, contribution: Contribution): Share {
    const { authorId, topics } = contribution;
    return {
      contribution,
      endsMs: this.#now() + this.#aggregateTtlMs,
      author: authorId === null ? undefined : this.#users.add(authorId, id, contribution),
      topics: topics.map((topic) => this.#topics.add(topic, id, contribution)),
    };
  }

  /** How many aggregates lost a contribution. */
  #removeShare(id: TweetId, { contribution, author, topics }: Share): number {
    const removed = topics.map((bucket) => this.#topics.remove(bucket, id, contribution));
    if (author) removed.push(this.#users.remove(author, id, contribution));
    return removed.filter(Boolean).length;
  }

  #tidy({ authorId, topics }: Contribution): void {
    if (authorId !== null) this.#users.tidy(authorId);
    for (const topic of topics) this.#topics.tidy(topic);
  }

  #takeOut(id: TweetId, { share }: HeldTweet): number {
    if (!share) return 0;
    const contributions = this.#removeShare(id, share);
    this.#tidy(share.contribution);
    return contributions;
  }

  async #purgeEntity(
    entities: DayBuckets,
    entity: string,
    fence: string,
    scoredUpToMs: number,
    beforeStep: BeforePurge,
  ): Promise<Purged> {
    this.#fences.set(fence, Math.max(scoredUpToMs, this.#fences.get(fence) ?? 0));
    let rows = 0;
    let contributions = 0;
    for (;;) {
      const step = entities.tweetsOf(entity).slice(0, PURGE_STEP);
      if (step.length === 0) return { rows, contributions };
      await beforeStep(step);
      await setImmediate();
      for (const id of step) {
        // It may count elsewhere since it has been named.
        if (!entities.holds(entity, id)) continue;
        const removed = await this.purgeTweet(id);
        rows += removed.rows;
        contributions += removed.contributions;
      }
    }
  }
}

const userFence = (id: UserId) => `u:${id}`;
const topicFence = (topic: string) => `g:${topic}`;

function versionOf(revision: string, preprocessingVersion: number): string {
  return `${revision}:${preprocessingVersion}`;
}

function within(buckets: readonly DayBucket[], { from, to }: DayRange): readonly DayBucket[] {
  return buckets.filter(({ day }) => day >= from && day <= to).sort((a, b) => a.day - b.day);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** Orders ids without leading zeros as the numbers they are. */
function byValue(a: TweetId, b: TweetId): number {
  return a.length - b.length || (a < b ? -1 : Number(a > b));
}
