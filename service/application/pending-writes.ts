import { rowBytes } from '../domain/row-size.ts';
import type { TweetId } from '../domain/tweet.ts';
import type { UserReference } from '../domain/user.ts';
import type { FeatureWrite } from './ports/feature-store.ts';
import type { Metrics } from './ports/metrics.ts';

/** Bound for the memory of pending rows; a row with the longest text takes 50 KB. */
export const MAX_PENDING_BYTES = 16 * 2 ** 20;

/**
 * Longest time for which a row is pending: well below the life of a tombstone, which stops rows
 * that another process has purged in the meantime.
 */
const MAX_AGE_MS = 3_600_000;

export interface PendingWritesOptions {
  readonly maxRows: number;
  readonly metrics: Metrics;
  readonly maxBytes?: number;
  /** A clock in milliseconds that never goes back. */
  readonly monotonicMs?: () => number;
}

export interface PendingWrite {
  readonly write: FeatureWrite;
  readonly sinceMs: number;
  readonly bytes: number;
}

/**
 * Rows that the feature store has not accepted, oldest first: the newest row of each tweet.
 * Bounded in rows, bytes and age; rows beyond a bound are dropped, oldest first, and counted.
 */
export class PendingWrites {
  readonly #maxRows: number;
  readonly #maxBytes: number;
  readonly #metrics: Metrics;
  readonly #monotonicMs: () => number;
  readonly #writes = new Map<TweetId, PendingWrite>();
  #bytes = 0;

  constructor({
    maxRows,
    metrics,
    maxBytes = MAX_PENDING_BYTES,
    monotonicMs,
  }: PendingWritesOptions) {
    this.#maxRows = maxRows;
    this.#maxBytes = maxBytes;
    this.#metrics = metrics;
    this.#monotonicMs = monotonicMs ?? (() => performance.now());
  }

  get rows(): number {
    return this.#writes.size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  add(writes: readonly FeatureWrite[]): void {
    const sinceMs = this.#monotonicMs();
    for (const write of writes) {
      this.dropTweet(write.row.tweetId);
      const bytes = rowBytes(write.row);
      this.#writes.set(write.row.tweetId, { write, sinceMs, bytes });
      this.#bytes += bytes;
    }
    this.#dropWhile(() => this.rows > this.#maxRows || this.#bytes > this.#maxBytes);
  }

  /** The oldest pending writes. They stay until `remove`. */
  oldest(count: number): PendingWrite[] {
    const nowMs = this.#monotonicMs();
    this.#dropWhile(({ sinceMs }) => nowMs - sinceMs > MAX_AGE_MS);
    return [...this.#writes.values()].slice(0, count);
  }

  /** The write with the remaining life of its row; undefined if the row has expired. */
  remainder({ write, sinceMs }: PendingWrite): FeatureWrite | undefined {
    const ttlSeconds = write.ttlSeconds - Math.floor((this.#monotonicMs() - sinceMs) / 1_000);
    return ttlSeconds > 0 ? { ...write, ttlSeconds } : undefined;
  }

  /** Removes writes that are done, unless a newer row of their tweet is pending. */
  remove(done: readonly PendingWrite[]): void {
    for (const pending of done) {
      const { tweetId } = pending.write.row;
      if (this.#writes.get(tweetId) === pending) this.dropTweet(tweetId);
    }
  }

  dropTweet(id: TweetId): void {
    this.#bytes -= this.#writes.get(id)?.bytes ?? 0;
    this.#writes.delete(id);
  }

  /** Tweets of rows that were scored until a time in milliseconds since the epoch. */
  tweetsOfUser(user: UserReference, scoredUpToMs: number): TweetId[] {
    const name = 'username' in user ? user.username.toLowerCase() : undefined;
    return this.#tweetsOf(scoredUpToMs, ({ authorId, authorUsername }) =>
      'id' in user ? authorId === user.id : authorUsername?.toLowerCase() === name,
    );
  }

  /** Tweets of rows that were scored until a time in milliseconds since the epoch. */
  tweetsOfTopic(topic: string, scoredUpToMs: number): TweetId[] {
    return this.#tweetsOf(scoredUpToMs, ({ topics }) => topics.includes(topic));
  }

  /** Drops and counts all writes. */
  dropAll(): number {
    const { rows } = this;
    this.#dropWhile(() => true);
    return rows;
  }

  #tweetsOf(scoredUpToMs: number, isMeant: (row: FeatureWrite['row']) => boolean): TweetId[] {
    return [...this.#writes.values()]
      .map(({ write }) => write.row)
      .filter((row) => row.createdTimestampMs <= scoredUpToMs && isMeant(row))
      .map(({ tweetId }) => tweetId);
  }

  #dropWhile(isBeyond: (oldest: PendingWrite) => boolean): void {
    const before = this.rows;
    for (const [id, oldest] of this.#writes) {
      if (!isBeyond(oldest)) break;
      this.dropTweet(id);
    }
    const dropped = before - this.rows;
    if (dropped > 0) this.#metrics.record('FeatureStoreDroppedWrites', dropped);
  }
}
