import { describe, expect, it } from '@jest/globals';
import { judge } from '../../../../cli/evaluate/concept-drift/judge.ts';
import type { Period } from '../../../../service/contract/concept-drift.ts';
import { DAY_MS, type Labeled, MONDAY_MS, purged, type Scored, withTables } from './tables.ts';

const BY_WEEK = { by: 'week', byLanguage: false, since: undefined } as const;

const positive = (tweet: string, atMs: number, overrides: Partial<Scored> = {}): Scored => ({
  tweet,
  atMs,
  predicted: 'positive',
  ...overrides,
});
const label = (tweet: string, atMs: number, truth = 'positive'): Labeled => ({
  tweet,
  atMs,
  truth,
});

function judged(records: readonly Scored[], labels: readonly Labeled[], grouping = {}) {
  return withTables(records, labels, (database) => judge(database, { ...BY_WEEK, ...grouping }));
}

describe('a label', () => {
  it.each<[string, readonly Scored[], readonly Labeled[], object]>([
    ['judges what was scored at its very time', [positive('1', 5)], [label('1', 5)], { judged: 1 }],
    ['judges nothing that was scored later', [positive('1', 6)], [label('1', 5)], { early: 1 }],
    [
      'of a tweet outside of the log is counted',
      [positive('2', 1)],
      [label('1', 5)],
      { unknown: 1 },
    ],
    [
      'of a purged tweet is counted, also when the purge came later',
      [positive('1', 1), purged('1', 9)],
      [label('1', 5)],
      { purged: 1 },
    ],
    [
      'of a prediction without a score is counted',
      [positive('1', 1, { confidence: null })],
      [label('1', 5)],
      { unscored: 1 },
    ],
    [
      'of a tweet in a language that the model does not read is counted',
      [positive('1', 1, { language: 'ja', isSupported: false })],
      [label('1', 5)],
      { other_language: 1 },
    ],
    [
      'of a record from before languages is judged',
      [positive('1', 1, { language: null, isSupported: null })],
      [label('1', 5)],
      { judged: 1 },
    ],
    [
      'counts once however often it is repeated',
      [positive('1', 1)],
      [label('1', 5), label('1', 5), label('1', 4, 'neutral')],
      { judged: 1, repeated: 2 },
    ],
    [
      'is counted if another one of its time contradicts it, and a later one judges',
      [positive('1', 1), positive('2', 1)],
      [
        ...[label('1', 5), label('1', 5, 'neutral'), label('1', 5), label('1', 4)],
        ...[label('2', 5), label('2', 5, 'neutral'), label('2', 6)],
      ],
      { judged: 1, contradicted: 3, repeated: 3 },
    ],
    [
      'judges a record that was delivered twice once',
      [positive('1', 1), positive('1', 1)],
      [label('1', 5)],
      { judged: 1 },
    ],
  ])('%s', async (_name, records, labels, expected) => {
    const none = { contradicted: 0, repeated: 0, purged: 0, unknown: 0, early: 0, unscored: 0 };
    const { outcomes } = await judged(records, labels);
    expect(outcomes).toEqual({
      ...none,
      other_language: 0,
      before_since: 0,
      judged: 0,
      ...expected,
    });
  });

  it('judges the revision that answered by its time, not a later one', async () => {
    const records = [
      positive('1', DAY_MS),
      positive('1', 8 * DAY_MS, { revision: 'r2', predicted: 'negative' }),
    ];
    const early = await judged(records, [label('1', 2 * DAY_MS)]);
    const late = await judged(records, [label('1', 9 * DAY_MS)]);
    expect(early.periods).toMatchObject([{ start: '2026-11-02', revision: 'r1' }]);
    expect(late.periods).toMatchObject([{ start: '2026-11-09', revision: 'r2' }]);
  });

  it('of several for a tweet is the latest', async () => {
    const labels = [label('1', 9, 'negative'), label('1', 5)];
    const { periods } = await judged([positive('1', 1)], labels);
    expect(periods.map(({ confusion }) => confusion.negative.positive)).toEqual([1]);
  });

  it.each<[Period, string[]]>([
    ['day', ['2026-11-01', '2026-11-02', '2026-12-01']],
    ['week', ['2026-10-26', '2026-11-02', '2026-11-30']],
    ['month', ['2026-11-01', '2026-12-01']],
  ])('counts in the %s in which the prediction was made, in UTC', async (by, starts) => {
    const times = [-1, 0, DAY_MS - 1, Date.UTC(2026, 11, 1) - MONDAY_MS];
    const records = times.map((atMs, index) => positive(`${index}`, atMs));
    const labels = records.map(({ tweet }) => label(tweet, 100 * DAY_MS));
    const { periods } = await judged(records, labels, { by });
    expect(periods.map(({ start }) => start)).toEqual(starts);
  });

  it('counts by language on request, and not where its period began before a day', async () => {
    const records = [
      positive('1', 1),
      positive('2', 1, { language: 'de' }),
      positive('3', -1, { language: 'fr' }),
    ];
    const labels = records.map(({ tweet }) => label(tweet, 5));
    const grouping = { byLanguage: true, since: '2026-11-02' };
    const { outcomes, periods } = await judged(records, labels, grouping);
    expect(outcomes).toMatchObject({ judged: 2, before_since: 1 });
    expect(periods.map(({ language }) => language)).toEqual(['de', 'en']);
  });
});
