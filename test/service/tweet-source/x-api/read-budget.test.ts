import { beforeEach, describe, expect, it } from '@jest/globals';
import { ReadBudget } from '../../../../service/tweet-source/x-api/read-budget.ts';
import { RecordedMetrics } from '../../../helpers/fakes.ts';

const DAY_MS = 86_400_000;

let nowMs: number;
let metrics: RecordedMetrics;

beforeEach(() => {
  nowMs = Date.UTC(2026, 10, 23, 23, 59, 59);
  metrics = new RecordedMetrics();
});

const aBudget = (dailyReads: number) => new ReadBudget({ dailyReads, metrics, now: () => nowMs });

const reserved = (budget: ReadBudget, ...ids: string[]) => [...budget.reserve(ids).reserved];

describe('ReadBudget', () => {
  it('reserves a read as long as any lookup waits for it', () => {
    const budget = aBudget(1);
    const first = budget.reserve(['20']);
    const second = budget.reserve(['20']);
    first.release();
    expect(reserved(budget, '21')).toEqual([]);
    second.release();
    expect(reserved(budget, '21')).toEqual(['21']);
  });

  it('reserves the first reads of a lookup that exceeds it', () => {
    const budget = aBudget(2);
    expect(reserved(budget, '20', '20', '21', '22')).toEqual(['20', '21']);
    expect(reserved(budget, '22', '21', '20')).toEqual(['21', '20']);
  });

  it('allows reading a post again that was billed today when no reads are left', () => {
    const budget = aBudget(1);
    budget.reserve(['20']).release();
    budget.bill(['20']);
    expect(reserved(budget, '20', '21')).toEqual(['20']);
  });

  it('counts posts that are being read again once', () => {
    const budget = aBudget(5);
    budget.bill(['20', '21', '22']);
    budget.reserve(['20', '21', '22']);
    budget.reserve(['20', '23']);
    expect(reserved(budget, '24', '25')).toEqual(['24']);
  });

  it('allows reading billed posts again after included posts have exceeded the budget', () => {
    const budget = aBudget(1);
    budget.bill(['20', '21']);
    expect(reserved(budget, '20', '22')).toEqual(['20']);
  });

  it('returns the time until midnight UTC', () => {
    const budget = aBudget(1);
    budget.bill(['20']);
    expect(budget.usedUp()).toMatchObject({ retryAfterSeconds: 1 });
    nowMs += 1_000;
    expect(reserved(budget, '21')).toEqual(['21']);
    expect(budget.spentToday()).toBe(0);
  });

  it('keeps reservations over midnight', () => {
    const budget = aBudget(1);
    const { release } = budget.reserve(['20']);
    nowMs += DAY_MS;
    expect(reserved(budget, '21')).toEqual([]);
    release();
    expect(reserved(budget, '21')).toEqual(['21']);
  });

  it('counts reads without a limit, too', () => {
    const budget = aBudget(0);
    const ids = Array.from({ length: 1_000 }, (_, index) => String(index));
    expect(reserved(budget, ...ids)).toHaveLength(1_000);
    budget.bill(['20', '21', '20']);
    budget.bill(['21']);
    expect(budget.spentToday()).toBe(2);
    expect(metrics.records).toEqual([['TweetReadsSpent', 2]]);
  });

  it('remembers the latest 100,000 posts, and bills older posts again', () => {
    const budget = aBudget(0);
    for (let id = 0; id <= 100_000; id += 1) budget.bill([String(id)]);
    budget.bill(['100000', '1']);
    expect(budget.spentToday()).toBe(100_001);
    budget.bill(['0']);
    expect(budget.spentToday()).toBe(100_002);
  });
});
