import { beforeEach, describe, expect, it } from '@jest/globals';
import { TweetSourceLimitedError } from '../../../../service/domain/errors.ts';
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

describe('ReadBudget', () => {
  it('reserves a read as long as any lookup waits for it', () => {
    const budget = aBudget(1);
    const first = budget.reserve(['20']);
    const second = budget.reserve(['20']);
    first();
    expect(() => budget.reserve(['21'])).toThrow(TweetSourceLimitedError);
    second();
    budget.reserve(['21']);
  });

  it('reserves no read for a rejected lookup', () => {
    const budget = aBudget(2);
    expect(() => budget.reserve(['20', '21', '22'])).toThrow(TweetSourceLimitedError);
    budget.reserve(['23', '24']);
  });

  it('allows reading a post again that was billed today when no reads are left', () => {
    const budget = aBudget(1);
    budget.reserve(['20'])();
    budget.bill(['20']);
    budget.reserve(['20']);
    expect(() => budget.reserve(['20', '21'])).toThrow(TweetSourceLimitedError);
  });

  it('counts posts that are being read again once', () => {
    const budget = aBudget(5);
    budget.bill(['20', '21', '22']);
    budget.reserve(['20', '21', '22']);
    budget.reserve(['20', '23']);
    budget.reserve(['24']);
    expect(() => budget.reserve(['25'])).toThrow(TweetSourceLimitedError);
  });

  it('allows reading billed posts again after included posts have exceeded the budget', () => {
    const budget = aBudget(1);
    budget.bill(['20', '21']);
    budget.reserve(['20']);
    expect(() => budget.reserve(['22'])).toThrow(TweetSourceLimitedError);
  });

  it('returns the time until midnight UTC', () => {
    const budget = aBudget(1);
    budget.bill(['20']);
    expect(() => budget.reserve(['21'])).toThrow(expect.objectContaining({ retryAfterSeconds: 1 }));
    nowMs += 1_000;
    budget.reserve(['21']);
    expect(budget.spentToday()).toBe(0);
  });

  it('keeps reservations over midnight', () => {
    const budget = aBudget(1);
    const release = budget.reserve(['20']);
    nowMs += DAY_MS;
    expect(() => budget.reserve(['21'])).toThrow(TweetSourceLimitedError);
    release();
    budget.reserve(['21']);
  });

  it('counts reads without a limit, too', () => {
    const budget = aBudget(0);
    budget.reserve(Array.from({ length: 1_000 }, (_, index) => String(index)))();
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
