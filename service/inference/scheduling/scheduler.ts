import { AcceptedWork, RUNNING } from './accepted-work.ts';
import { BatchQueue, type BatchQueueOptions } from './batch-queue.ts';
import { textCost } from './drain-rate.ts';
import type { Batch, Entry, Waiter } from './entry.ts';

/** Result of `take`. */
export interface Taken<Caller> {
  /** Null when nothing waits. */
  readonly batch: Batch<Caller> | null;
  /** Waiters of each entry that was dropped because all their deadlines have passed. */
  readonly expired: readonly (readonly Waiter<Caller>[])[];
}

/**
 * Work of the engine from its reservation to its answer; the only writer of the accepted work.
 * Pure: it has no timers, and its callers pass the time.
 *
 * Equal sequences share one entry, also while a worker computes it.
 */
export class Scheduler<Caller> {
  readonly #queue: BatchQueue<Caller>;
  readonly #work = new AcceptedWork();
  /** Waiting and running entries by their token sequence. */
  readonly #entries = new Map<string, Entry<Caller>>();
  #reservedTexts = 0;
  #waiters = 0;

  constructor(options: BatchQueueOptions) {
    this.#queue = new BatchQueue(options);
  }

  /** Reserved, waiting and running work. */
  get work(): Pick<AcceptedWork, 'cost' | 'due'> {
    return this.#work;
  }

  /** Texts of that work; equal ones count each. */
  get acceptedTexts(): number {
    return this.#reservedTexts + this.#waiters;
  }

  /** Distinct texts that wait for a worker. */
  get queuedTexts(): number {
    return this.#queue.texts;
  }

  /**
   * Accepts texts at an estimated cost before they are known.
   *
   * @returns gives the room back; further calls do nothing
   */
  reserve(texts: number, cost: number, deadlineAtMs: number): () => void {
    this.#work.add(cost, deadlineAtMs);
    this.#reservedTexts += texts;
    let isReserved = true;
    return () => {
      if (!isReserved) return;
      isReserved = false;
      this.#work.remove(cost, deadlineAtMs);
      this.#reservedTexts -= texts;
    };
  }

  /** Adds a waiter: to the entry of an equal sequence if there is one, else to a new entry. */
  join(ids: readonly number[], waiter: Waiter<Caller>, nowMs: number): Entry<Caller> {
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

  /** Removes a waiter. Returns whether its entry was dropped: waiting, without another waiter. */
  leave(entry: Entry<Caller>, waiter: Waiter<Caller>): boolean {
    if (!entry.waiters.delete(waiter)) return false;
    this.#waiters--;
    if (entry.waiters.size > 0 || !this.#dequeue(entry)) return false;
    this.#remove(entry);
    return true;
  }

  /** Takes the next batch for a free worker. */
  take(nowMs: number): Taken<Caller> {
    const { entries, expired } = this.#queue.take(nowMs);
    for (const entry of expired) this.#work.remove(costOf(entry), entry.deadlineAtMs);
    const batch = entries.length === 0 ? null : this.#start(entries, nowMs);
    return { batch, expired: expired.map((entry) => this.#remove(entry)) };
  }

  /** Ends a batch, answered or not. Returns its waiters by entry, in order. */
  finish(batch: Batch<Caller>): Waiter<Caller>[][] {
    this.#work.remove(batch.cost, RUNNING);
    return batch.entries.map((entry) => this.#remove(entry));
  }

  #start(entries: readonly Entry<Caller>[], nowMs: number): Batch<Caller> {
    let cost = 0;
    for (const entry of entries) {
      entry.takenAtMs = nowMs;
      this.#work.remove(costOf(entry), entry.deadlineAtMs);
      cost += costOf(entry);
    }
    this.#work.add(cost, RUNNING);
    return { entries, cost };
  }

  #enqueue(entry: Entry<Caller>): void {
    this.#queue.add(entry);
    this.#work.add(costOf(entry), entry.deadlineAtMs);
  }

  #dequeue(entry: Entry<Caller>): boolean {
    if (!this.#queue.delete(entry)) return false;
    this.#work.remove(costOf(entry), entry.deadlineAtMs);
    return true;
  }

  #remove(entry: Entry<Caller>): Waiter<Caller>[] {
    this.#entries.delete(entry.key);
    const waiters = [...entry.waiters];
    entry.waiters.clear();
    this.#waiters -= waiters.length;
    return waiters;
  }
}

function costOf(entry: Entry<unknown>): number {
  return textCost(entry.ids.length);
}
