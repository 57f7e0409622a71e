import type { AcceptedWork } from './accepted-work.ts';
import { DeadlineQueue } from './deadline-queue.ts';
import { textCost } from './drain-rate.ts';
import { LengthBuckets } from './length-buckets.ts';

/** One caller's interest in one token sequence. */
export interface Waiter<Caller> {
  readonly caller: Caller;
  /** On the scheduler's clock. */
  readonly deadlineAtMs: number;
}

/** A token sequence to score, for everyone who asked for it. */
export interface Entry<Caller> {
  /** Equal for equal sequences. */
  readonly key: string;
  readonly ids: readonly number[];
  readonly enqueuedAtMs: number;
  /** The earliest of its waiters. */
  deadlineAtMs: number;
  /** When a worker got it; null while it waits. */
  takenAtMs: number | null;
  readonly waiters: Set<Waiter<Caller>>;
}

export interface Batch<Caller> {
  /** Of one length bucket, earliest deadline first; never empty. */
  readonly entries: readonly Entry<Caller>[];
}

/** What `take` found: a batch, if any work is left, and what it dropped on the way. */
export interface Taken<Caller> {
  readonly batch: Batch<Caller> | null;
  /** The waiters of each entry that was dropped because their deadlines have all passed. */
  readonly expired: readonly (readonly Waiter<Caller>[])[];
}

export interface SchedulerOptions {
  readonly workers: number;
  /** Padded tokens (longest x count) of a batch; a longer single text is a batch of its own. */
  readonly tokenBudget: number;
  readonly maxTokens: number;
  /** The earliest deadline may be passed over for a fuller bucket until it has waited so long. */
  readonly maxPassOverMs: number;
  /** What waits is entered there, and taken out when it no longer does. */
  readonly work: AcceptedWork;
}

/** Waiting entries of one bucket. */
type Queue<Caller> = DeadlineQueue<Entry<Caller>>;

/**
 * The queue before the workers: earliest deadline first. Pure: it has no timers, and every
 * moment is the caller's. Equal sequences are one entry, also while a worker computes it.
 */
export class Scheduler<Caller> {
  readonly #options: SchedulerOptions;
  readonly #buckets: LengthBuckets;
  readonly #queues: readonly Queue<Caller>[];
  /** Waiting and running entries by their token sequence. */
  readonly #entries = new Map<string, Entry<Caller>>();
  #queuedTexts = 0;
  #queuedTokens = 0;
  #waiters = 0;

  constructor(options: SchedulerOptions) {
    this.#options = options;
    this.#buckets = new LengthBuckets(options.maxTokens);
    this.#queues = this.#buckets.limits.map(() => new DeadlineQueue());
  }

  /** Distinct texts that wait for a worker. */
  get queuedTexts(): number {
    return this.#queuedTexts;
  }

  /** Waiters of waiting and running texts together. */
  get waiters(): number {
    return this.#waiters;
  }

  /** Adds a waiter: to the entry of an equal sequence if there is one, else to a new entry. */
  add(ids: readonly number[], waiter: Waiter<Caller>, nowMs: number): Entry<Caller> {
    const key = ids.join();
    const { deadlineAtMs } = waiter;
    let entry = this.#entries.get(key);
    if (entry === undefined) {
      entry = { key, ids, enqueuedAtMs: nowMs, deadlineAtMs, takenAtMs: null, waiters: new Set() };
      this.#entries.set(key, entry);
      this.#enqueue(entry);
    } else if (deadlineAtMs < entry.deadlineAtMs) {
      const isWaiting = this.#dequeue(entry);
      entry.deadlineAtMs = deadlineAtMs;
      if (isWaiting) this.#enqueue(entry);
    }
    entry.waiters.add(waiter);
    this.#waiters++;
    return entry;
  }

  /**
   * Takes a waiter out. Returns whether that dropped the entry: it was waiting, and nobody
   * else asked for it.
   */
  leave(entry: Entry<Caller>, waiter: Waiter<Caller>): boolean {
    if (!entry.waiters.delete(waiter)) return false;
    this.#waiters--;
    if (entry.waiters.size > 0 || !this.#dequeue(entry)) return false;
    this.#remove(entry);
    return true;
  }

  /**
   * The next batch for a worker that is free. From the bucket with the most work, unless the
   * earliest deadline has been passed over for too long; at most the worker's share of what waits,
   * so that the others get theirs.
   */
  take(nowMs: number): Taken<Caller> {
    const expired: Waiter<Caller>[][] = [];
    // What has expired shall not lend its deadline to those behind it.
    for (const queue of this.#queues) this.#dropExpired(queue, nowMs, expired);
    const queue = this.#pickQueue(nowMs);
    const batch = queue === null ? null : { entries: this.#fill(queue, nowMs, expired) };
    return { batch, expired };
  }

  /** Ends a batch that was taken, answered or not. Returns its waiters by entry, in order. */
  finish(batch: Batch<Caller>): Waiter<Caller>[][] {
    return batch.entries.map((entry) => this.#remove(entry));
  }

  /** Takes entries from the front of a queue, the first one alive, as far as they fit. */
  #fill(queue: Queue<Caller>, nowMs: number, expired: Waiter<Caller>[][]): Entry<Caller>[] {
    const share = Math.ceil(this.#queuedTokens / this.#options.workers);
    const budget = Math.min(this.#options.tokenBudget, share);
    const entries: Entry<Caller>[] = [];
    let longest = 0;
    for (;;) {
      this.#dropExpired(queue, nowMs, expired);
      const entry = queue.first;
      if (entry === undefined) return entries;
      longest = Math.max(longest, entry.ids.length);
      if (entries.length > 0 && longest * (entries.length + 1) > budget) return entries;
      this.#dequeue(entry);
      entry.takenAtMs = nowMs;
      entries.push(entry);
    }
  }

  /** Drops entries from the front of a queue, up to the first one alive. */
  #dropExpired(queue: Queue<Caller>, nowMs: number, expired: Waiter<Caller>[][]): void {
    for (;;) {
      const entry = queue.first;
      if (entry === undefined || isAlive(entry, nowMs)) return;
      this.#drop(entry, expired);
    }
  }

  #drop(entry: Entry<Caller>, expired: Waiter<Caller>[][]): void {
    this.#dequeue(entry);
    expired.push(this.#remove(entry));
  }

  #pickQueue(nowMs: number): Queue<Caller> | null {
    let urgent: { queue: Queue<Caller>; entry: Entry<Caller> } | null = null;
    let fullest: { queue: Queue<Caller>; tokens: number } | null = null;
    for (const queue of this.#queues) {
      const entry = queue.first;
      if (entry === undefined) continue;
      if (urgent === null || entry.deadlineAtMs < urgent.entry.deadlineAtMs) {
        urgent = { queue, entry };
      }
      const tokens = queue.size * entry.ids.length;
      if (fullest === null || tokens > fullest.tokens) fullest = { queue, tokens };
    }
    if (urgent === null || fullest === null) return null;
    const isStarving = nowMs - urgent.entry.enqueuedAtMs >= this.#options.maxPassOverMs;
    return isStarving ? urgent.queue : fullest.queue;
  }

  #remove(entry: Entry<Caller>): Waiter<Caller>[] {
    this.#entries.delete(entry.key);
    const waiters = [...entry.waiters];
    entry.waiters.clear();
    this.#waiters -= waiters.length;
    return waiters;
  }

  #enqueue(entry: Entry<Caller>): void {
    this.#queueOf(entry).add(entry);
    this.#queuedTexts++;
    this.#queuedTokens += entry.ids.length;
    this.#options.work.add(textCost(entry.ids.length), entry.deadlineAtMs);
  }

  #dequeue(entry: Entry<Caller>): boolean {
    if (!this.#queueOf(entry).delete(entry)) return false;
    this.#queuedTexts--;
    this.#queuedTokens -= entry.ids.length;
    this.#options.work.remove(textCost(entry.ids.length), entry.deadlineAtMs);
    return true;
  }

  #queueOf(entry: Entry<Caller>): Queue<Caller> {
    const bucket = this.#buckets.indexOf(entry.ids.length);
    const queue = this.#queues[bucket];
    if (queue === undefined) throw new RangeError(`No queue for bucket ${bucket}`);
    return queue;
  }
}

function isAlive(entry: Entry<unknown>, nowMs: number): boolean {
  for (const waiter of entry.waiters) if (waiter.deadlineAtMs > nowMs) return true;
  return false;
}
