import { DeadlineQueue } from './deadline-queue.ts';
import type { Entry } from './entry.ts';
import { type BatchLengths, LengthBuckets } from './length-buckets.ts';

export interface BatchQueueOptions {
  readonly workers: number;
  /** Padded tokens (longest x count) of a batch; a longer single text is a batch by itself. */
  readonly tokenBudget: number;
  readonly maxTokens: number;
  readonly batchLengths: BatchLengths;
  /** Limit on how long the earliest deadline may be passed over for a fuller bucket. */
  readonly maxPassOverMs: number;
}

/** Waiting entries of one length bucket. */
type Bucket<Caller> = DeadlineQueue<Entry<Caller>>;

/** Waiting entries, by length bucket and deadline; forms the batches. Pure. */
export class BatchQueue<Caller> {
  readonly #options: BatchQueueOptions;
  readonly #lengths: LengthBuckets;
  readonly #buckets: readonly Bucket<Caller>[];
  #texts = 0;
  #tokens = 0;

  constructor(options: BatchQueueOptions) {
    this.#options = options;
    this.#lengths = new LengthBuckets(options.maxTokens, options.batchLengths);
    this.#buckets = this.#lengths.limits.map(() => new DeadlineQueue());
  }

  /** Number of waiting entries. */
  get texts(): number {
    return this.#texts;
  }

  /** @throws RangeError when the entry is longer than the window */
  add(entry: Entry<Caller>): void {
    this.#bucketOf(entry).add(entry);
    this.#texts++;
    this.#tokens += entry.ids.length;
  }

  /** Returns whether the entry was waiting. Its deadline must be unchanged since `add`. */
  delete(entry: Entry<Caller>): boolean {
    if (!this.#bucketOf(entry).delete(entry)) return false;
    this.#texts--;
    this.#tokens -= entry.ids.length;
    return true;
  }

  /**
   * Removes the next batch, empty when nothing waits, and the expired entries found on the way.
   *
   * The batch comes from the bucket with the most work, unless the earliest deadline has been
   * passed over for too long. It holds at most one worker's share of the waiting tokens.
   */
  take(nowMs: number): { entries: Entry<Caller>[]; expired: Entry<Caller>[] } {
    const expired: Entry<Caller>[] = [];
    // First of all: an expired entry must not make its bucket look urgent.
    for (const bucket of this.#buckets) this.#dropExpired(bucket, nowMs, expired);
    const bucket = this.#pick(nowMs);
    return { entries: bucket === null ? [] : this.#fill(bucket, nowMs, expired), expired };
  }

  /** Removes entries from the front of a bucket for as long as they fit into one batch. */
  #fill(bucket: Bucket<Caller>, nowMs: number, expired: Entry<Caller>[]): Entry<Caller>[] {
    const share = Math.ceil(this.#tokens / this.#options.workers);
    const budget = Math.min(this.#options.tokenBudget, share);
    const entries: Entry<Caller>[] = [];
    let longest = 0;
    for (;;) {
      this.#dropExpired(bucket, nowMs, expired);
      const entry = bucket.first;
      if (entry === undefined) return entries;
      longest = Math.max(longest, entry.ids.length);
      if (entries.length > 0 && longest * (entries.length + 1) > budget) return entries;
      this.delete(entry);
      entries.push(entry);
    }
  }

  /** Removes expired entries from the front of a bucket. */
  #dropExpired(bucket: Bucket<Caller>, nowMs: number, expired: Entry<Caller>[]): void {
    for (;;) {
      const entry = bucket.first;
      if (entry === undefined || isAlive(entry, nowMs)) return;
      this.delete(entry);
      expired.push(entry);
    }
  }

  #pick(nowMs: number): Bucket<Caller> | null {
    let urgent: { bucket: Bucket<Caller>; entry: Entry<Caller> } | null = null;
    let fullest: { bucket: Bucket<Caller>; tokens: number } | null = null;
    for (const bucket of this.#buckets) {
      const entry = bucket.first;
      if (entry === undefined) continue;
      if (urgent === null || entry.deadlineAtMs < urgent.entry.deadlineAtMs) {
        urgent = { bucket, entry };
      }
      const tokens = bucket.size * entry.ids.length;
      if (fullest === null || tokens > fullest.tokens) fullest = { bucket, tokens };
    }
    if (urgent === null || fullest === null) return null;
    const isStarving = nowMs - urgent.entry.enqueuedAtMs >= this.#options.maxPassOverMs;
    return isStarving ? urgent.bucket : fullest.bucket;
  }

  #bucketOf(entry: Entry<Caller>): Bucket<Caller> {
    const index = this.#lengths.indexOf(entry.ids.length);
    const bucket = this.#buckets[index];
    if (bucket === undefined) throw new RangeError(`No queue for bucket ${index}`);
    return bucket;
  }
}

function isAlive(entry: Entry<unknown>, nowMs: number): boolean {
  for (const waiter of entry.waiters) if (waiter.deadlineAtMs > nowMs) return true;
  return false;
}
