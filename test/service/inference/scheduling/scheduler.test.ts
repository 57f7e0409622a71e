import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { BatchQueueOptions } from '../../../../service/inference/scheduling/batch-queue.ts';
import { textCost } from '../../../../service/inference/scheduling/drain-rate.ts';
import type { Batch, Entry, Waiter } from '../../../../service/inference/scheduling/entry.ts';
import {
  type BatchLengths,
  LengthBuckets,
} from '../../../../service/inference/scheduling/length-buckets.ts';
import { Scheduler } from '../../../../service/inference/scheduling/scheduler.ts';

const OPTIONS: BatchQueueOptions = {
  workers: 2,
  tokenBudget: 64,
  maxTokens: 64,
  batchLengths: 'similar',
  maxPassOverMs: 50,
};

function newScheduler(options: Partial<BatchQueueOptions> = {}): Scheduler<string> {
  return new Scheduler({ ...OPTIONS, ...options });
}

/** A sequence of this many tokens; equal kinds are equal sequences. */
function tokens(length: number, kind = 0): number[] {
  return Array.from({ length }, (_, i) => (i === 0 ? kind : i));
}

function waiter(caller: string, deadlineAtMs = 1000): Waiter<string> {
  return { caller, deadlineAtMs };
}

function lengthsOf(batch: Batch<string> | null): number[] {
  return batch?.entries.map(({ ids }) => ids.length) ?? [];
}

describe('forming batches', () => {
  it('returns no batch when nothing waits', () => {
    expect(newScheduler().take(0)).toEqual({ batch: null, expired: [] });
  });

  it('returns a lone text at once', () => {
    const scheduler = newScheduler();
    scheduler.join(tokens(10), waiter('a'), 0);
    expect(lengthsOf(scheduler.take(0).batch)).toEqual([10]);
  });

  it('leaves the other workers their share of the waiting texts', () => {
    const scheduler = newScheduler();
    for (let kind = 0; kind < 4; kind++) scheduler.join(tokens(10, kind), waiter('a'), 0);
    expect(lengthsOf(scheduler.take(0).batch)).toEqual([10, 10]);
    expect(lengthsOf(scheduler.take(0).batch)).toEqual([10]);
  });

  it('keeps within the token budget', () => {
    const scheduler = newScheduler();
    for (let kind = 0; kind < 20; kind++) scheduler.join(tokens(20, kind), waiter('a'), 0);
    expect(lengthsOf(scheduler.take(0).batch)).toEqual([20, 20, 20]);
  });

  it.each<[BatchLengths, number[]]>([
    ['similar', [21, 22, 21]],
    ['equal', [21, 21]],
  ])('lets %s lengths share a batch', (batchLengths, expected) => {
    const scheduler = newScheduler({ batchLengths, workers: 1, tokenBudget: 1000 });
    for (const [kind, length] of [21, 22, 21, 30].entries()) {
      scheduler.join(tokens(length, kind), waiter('a'), 0);
    }
    expect(lengthsOf(scheduler.take(0).batch)).toEqual(expected);
  });

  it('runs a text that exceeds the budget on its own', () => {
    const scheduler = newScheduler({ tokenBudget: 16 });
    scheduler.join(tokens(60, 1), waiter('a'), 0);
    scheduler.join(tokens(60, 2), waiter('b'), 0);
    expect(lengthsOf(scheduler.take(0).batch)).toEqual([60]);
  });

  it('takes the bucket with the most work first', () => {
    const scheduler = newScheduler();
    scheduler.join(tokens(30), waiter('a'), 0);
    for (let kind = 0; kind < 8; kind++) scheduler.join(tokens(8, kind), waiter('b'), 1);
    expect(lengthsOf(scheduler.take(2).batch)[0]).toBe(8);
  });

  it('takes the earliest deadline first, and equal deadlines in order of arrival', () => {
    const scheduler = newScheduler();
    for (const [kind, deadlineAtMs] of [900, 300, 900, 300].entries()) {
      scheduler.join(tokens(60, kind), waiter('a', deadlineAtMs), kind);
    }
    const kinds = [4, 5, 6, 7].map((nowMs) => scheduler.take(nowMs).batch!.entries[0]!.ids[0]);
    expect(kinds).toEqual([1, 3, 0, 2]);
  });

  it('passes the earliest deadline over no longer than the limit', () => {
    const scheduler = newScheduler();
    for (let kind = 0; kind < 8; kind++) scheduler.join(tokens(8, kind), waiter('b', 1000), 0);
    scheduler.join(tokens(30), waiter('a', 500), 20);
    expect(lengthsOf(scheduler.take(69).batch)[0]).toBe(8);
    expect(lengthsOf(scheduler.take(70).batch)).toEqual([30]);
  });

  it('passes a bucket over no longer than the limit', () => {
    const scheduler = newScheduler();
    scheduler.join(tokens(30), waiter('a'), 0);
    for (let kind = 0; kind < 8; kind++) scheduler.join(tokens(8, kind), waiter('b', 1001), 1);
    expect(lengthsOf(scheduler.take(50).batch)).toEqual([30]);
  });

  it('gives the texts behind an expired text no precedence over older ones', () => {
    const scheduler = newScheduler();
    scheduler.join(tokens(30, 1), waiter('expires', 60), 0);
    scheduler.join(tokens(10), waiter('oldest'), 5);
    scheduler.join(tokens(30, 2), waiter('younger'), 10);
    const { batch, expired } = scheduler.take(60);
    expect(lengthsOf(batch)).toEqual([10]);
    expect(expired.flat().map(({ caller }) => caller)).toEqual(['expires']);
  });
});

describe('equal texts in flight', () => {
  it('are one entry while they wait', () => {
    const scheduler = newScheduler();
    scheduler.join(tokens(10), waiter('a'), 0);
    scheduler.join(tokens(10), waiter('b'), 0);
    const { batch } = scheduler.take(0);
    expect(lengthsOf(batch)).toEqual([10]);
    expect(scheduler.finish(batch!)[0]!.map(({ caller }) => caller)).toEqual(['a', 'b']);
  });

  it('join the entry that a worker computes', () => {
    const scheduler = newScheduler();
    scheduler.join(tokens(10), waiter('a'), 0);
    const { batch } = scheduler.take(0);
    expect(scheduler.join(tokens(10), waiter('b'), 5).takenAtMs).toBe(0);
    expect(scheduler.take(5).batch).toBeNull();
    expect(scheduler.finish(batch!)[0]).toHaveLength(2);
  });

  it('are computed again once the first is finished', () => {
    const scheduler = newScheduler();
    scheduler.join(tokens(10), waiter('a'), 0);
    scheduler.finish(scheduler.take(0).batch!);
    scheduler.join(tokens(10), waiter('b'), 5);
    expect(lengthsOf(scheduler.take(5).batch)).toEqual([10]);
  });

  it('wait on when one of their callers leaves, and are dropped when all have left', () => {
    const scheduler = newScheduler();
    const [a, b] = [waiter('a'), waiter('b')];
    const entry = scheduler.join(tokens(10), a, 0);
    scheduler.join(tokens(10), b, 0);
    expect([scheduler.leave(entry, a), scheduler.queuedTexts]).toEqual([false, 1]);
    expect([scheduler.leave(entry, b), scheduler.queuedTexts]).toEqual([true, 0]);
    expect(scheduler.take(0).batch).toBeNull();
  });

  it('are as urgent as their most urgent caller', () => {
    const scheduler = newScheduler();
    scheduler.join(tokens(60, 1), waiter('a', 900), 0);
    scheduler.join(tokens(60, 2), waiter('b', 800), 0);
    scheduler.join(tokens(60, 1), waiter('c', 700), 0);
    expect(scheduler.take(0).batch!.entries[0]!.ids[0]).toBe(1);
  });

  it('are dropped only when the deadlines of all callers have passed', () => {
    const scheduler = newScheduler();
    scheduler.join(tokens(10), waiter('a', 10), 0);
    scheduler.join(tokens(10), waiter('b', 20), 0);
    scheduler.join(tokens(11), waiter('c', 10), 0);
    const { batch, expired } = scheduler.take(15);
    expect(lengthsOf(batch)).toEqual([10]);
    expect(expired.flat().map(({ caller }) => caller)).toEqual(['c']);
  });
});

type Operation =
  | { kind: 'reserve'; texts: number; cost: number; patienceMs: number }
  | { kind: 'release'; which: number }
  | { kind: 'add'; length: number; variant: number; patienceMs: number }
  | { kind: 'leave'; which: number }
  | { kind: 'take' }
  | { kind: 'finish'; which: number }
  | { kind: 'wait'; ms: number };

const operation: fc.Arbitrary<Operation> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('add' as const),
      length: fc.integer({ min: 3, max: 64 }),
      variant: fc.integer({ min: 0, max: 2 }),
      patienceMs: fc.integer({ min: 1, max: 300 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('reserve' as const),
      texts: fc.integer({ min: 1, max: 20 }),
      cost: fc.integer({ min: 1, max: 500 }),
      patienceMs: fc.integer({ min: 1, max: 300 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('release' as const), which: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('leave' as const), which: fc.nat() }) },
  { weight: 2, arbitrary: fc.constant({ kind: 'take' as const }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('finish' as const), which: fc.nat() }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('wait' as const),
      ms: fc.integer({ min: 1, max: 40 }),
    }),
  },
);

/** Drives a scheduler and keeps separate books of the outcome of every waiter. */
class Bookkeeper {
  readonly scheduler: Scheduler<number>;
  readonly #buckets: LengthBuckets;
  readonly #waiting = new Map<Waiter<number>, Entry<number>>();
  readonly #outcomes = new Map<Waiter<number>, 'answered' | 'expired' | 'left'>();
  readonly #running: Batch<number>[] = [];
  readonly #reservations: { texts: number; cost: number; release: () => void }[] = [];
  #nowMs = 0;
  #added = 0;

  constructor(batchLengths: BatchLengths) {
    this.scheduler = new Scheduler({ ...OPTIONS, batchLengths });
    this.#buckets = new LengthBuckets(OPTIONS.maxTokens, batchLengths);
  }

  run(op: Operation): void {
    if (op.kind === 'reserve') this.#reserve(op.texts, op.cost, op.patienceMs);
    if (op.kind === 'release') this.#release(op.which);
    if (op.kind === 'add') this.#add(op.length, op.variant, op.patienceMs);
    if (op.kind === 'leave') this.#leave(op.which);
    if (op.kind === 'take') this.#take();
    if (op.kind === 'finish') this.#finish(op.which);
    if (op.kind === 'wait') this.#nowMs += op.ms;
    this.#checkCounters();
  }

  drain(): void {
    while (this.scheduler.queuedTexts > 0) this.#take();
    while (this.#running.length > 0) this.#finish(0);
    while (this.#reservations.length > 0) this.#release(0);
    this.#checkCounters();
    expect(this.#waiting.size).toBe(0);
    expect(this.scheduler.work.due).toEqual([]);
    expect(this.#outcomes.size).toBe(this.#added);
  }

  #add(length: number, variant: number, patienceMs: number): void {
    const newcomer = { caller: this.#added++, deadlineAtMs: this.#nowMs + patienceMs };
    const entry = this.scheduler.join(tokens(length, variant), newcomer, this.#nowMs);
    expect(entry.ids).toEqual(tokens(length, variant));
    this.#waiting.set(newcomer, entry);
  }

  #reserve(texts: number, cost: number, patienceMs: number): void {
    const release = this.scheduler.reserve(texts, cost, this.#nowMs + patienceMs);
    this.#reservations.push({ texts, cost, release });
  }

  #release(which: number): void {
    const [reservation] = this.#reservations.splice(
      which % Math.max(1, this.#reservations.length),
      1,
    );
    reservation?.release();
    reservation?.release();
  }

  #leave(which: number): void {
    const [leaver, entry] = [...this.#waiting][which % Math.max(1, this.#waiting.size)] ?? [];
    if (leaver === undefined || entry === undefined) return;
    this.scheduler.leave(entry, leaver);
    expect(this.scheduler.leave(entry, leaver)).toBe(false);
    this.#settle(leaver, 'left');
  }

  #take(): void {
    const alive = [...this.#waiting]
      .filter(([{ deadlineAtMs }, entry]) => entry.takenAtMs === null && deadlineAtMs > this.#nowMs)
      .map(([, entry]) => entry);
    const { batch, expired } = this.scheduler.take(this.#nowMs);
    for (const late of expired.flat()) {
      expect(late.deadlineAtMs).toBeLessThanOrEqual(this.#nowMs);
      this.#settle(late, 'expired');
    }
    expect(batch === null).toBe(alive.length === 0);
    if (batch === null) return;
    this.#running.push(batch);
    const lengths = batch.entries.map(({ ids }) => ids.length);
    const longest = Math.max(...lengths);
    if (lengths.length > 1) {
      expect(longest * lengths.length).toBeLessThanOrEqual(OPTIONS.tokenBudget);
    }
    expect(new Set(lengths.map((length) => this.#buckets.indexOf(length))).size).toBe(1);
    for (const entry of batch.entries) expect(alive).toContain(entry);
    const urgent = alive.toSorted((a, b) => a.deadlineAtMs - b.deadlineAtMs)[0]!;
    const waitedMs = this.#nowMs - urgent.enqueuedAtMs;
    const head = batch.entries[0]!;
    if (waitedMs >= OPTIONS.maxPassOverMs) expect(head.deadlineAtMs).toBe(urgent.deadlineAtMs);
    for (const { deadlineAtMs } of batch.entries) {
      expect(deadlineAtMs).toBeGreaterThanOrEqual(head.deadlineAtMs);
    }
  }

  #finish(which: number): void {
    const [batch] = this.#running.splice(which % Math.max(1, this.#running.length), 1);
    if (batch === undefined) return;
    const waiters = this.scheduler.finish(batch);
    expect(waiters).toHaveLength(batch.entries.length);
    for (const [index, answered] of waiters.entries()) {
      for (const one of answered) {
        expect(this.#waiting.get(one)).toBe(batch.entries[index]);
        this.#settle(one, 'answered');
      }
    }
  }

  #settle(one: Waiter<number>, outcome: 'answered' | 'expired' | 'left'): void {
    expect(this.#outcomes.has(one)).toBe(false);
    this.#outcomes.set(one, outcome);
    this.#waiting.delete(one);
  }

  #checkCounters(): void {
    const queued = new Set(
      [...this.#waiting.values()].filter(({ takenAtMs }) => takenAtMs === null),
    );
    const reservedTexts = this.#reservations.reduce((sum, { texts }) => sum + texts, 0);
    expect(this.scheduler.acceptedTexts).toBe(this.#waiting.size + reservedTexts);
    expect(this.scheduler.queuedTexts).toBe(queued.size);
    const accepted = [...queued, ...this.#running.flatMap(({ entries }) => entries)];
    const cost = accepted.reduce((sum, { ids }) => sum + textCost(ids.length), 0);
    const reservedCost = this.#reservations.reduce((sum, reservation) => sum + reservation.cost, 0);
    expect(this.scheduler.work.cost).toBe(cost + reservedCost);
  }
}

describe('the scheduler under random operations', () => {
  const lengths = fc.constantFrom<BatchLengths>('similar', 'equal');

  it('loses no waiter, answers none twice, and keeps its rules for batches and its accounts', () => {
    fc.assert(
      fc.property(lengths, fc.array(operation, { maxLength: 120 }), (batchLengths, operations) => {
        const books = new Bookkeeper(batchLengths);
        for (const op of operations) books.run(op);
        books.drain();
      }),
      { numRuns: 300 },
    );
  });
});
