import { describe, expect, it } from '@jest/globals';
import { expectUnroundedIds, expectUnroundedTweets } from '../../../cli/kit/rounded-ids.ts';
import { snowflakeIdAt } from '../../../service/domain/snowflake.ts';

/** The last nine bits of ids since 2023. */
const ENDINGS = [411, 2, 338, 178, 499, 64, 209, 129, 22, 282, 364, 101];

const idsOf = (time: string, endings: readonly number[]) =>
  endings.map((ending, index) => snowflakeIdAt(Date.parse(time) + 7_919 * index, ending));

const IDS_2026 = idsOf('2026-11-20T08:00:00Z', ENDINGS);
/** Counted from 0 in each millisecond, on each of X's machines. */
const IDS_2014 = idsOf('2014-08-14T08:00:00Z', [0, 0, 1, 0, 0, 0, 2, 0, 1, 0, 0, 1, 3, 0, 0]);

/** As JavaScript and jq write it. */
const shortest = (id: string) => String(Number(id));
/** As Python's int(float(id)) does. */
const exact = (id: string) => String(BigInt(Number(id)));
/** As a spreadsheet shows numbers. */
const spreadsheet = (id: string) => id.slice(0, 15).padEnd(id.length, '0');

/** The first of their milliseconds. */
const manyOf = (time: string) => idsOf(time, Array(200).fill(0));

const check =
  (ids: readonly string[], entity: 'tweet' | 'user' = 'tweet') =>
  () =>
    expectUnroundedIds(ids, 'a.csv', entity);

describe('ids of a file', () => {
  it.each([
    ['two of 2026, by a spreadsheet', IDS_2026.slice(0, 2).map(spreadsheet)],
    ['three of 2026, by JavaScript', IDS_2026.slice(0, 3).map(shortest)],
    ['three of 2026, by pandas', IDS_2026.slice(0, 3).map(exact)],
    ['those of 2014, by a spreadsheet', IDS_2014.map(spreadsheet)],
    ['those of 2014, by JavaScript', IDS_2014.map(shortest)],
    ['many of 2014, by pandas', manyOf('2014-08-14T08:00:00Z')],
    ['some that were rounded, beside counters', ['20', '29700859247', ...IDS_2026.map(exact)]],
  ])('are refused if they were rounded: %s', (_, ids) => {
    expect(check(ids)).toThrow(/^a\.csv has rounded ids, such as \d+ and \d+: a spreadsheet, or /);
  });

  it.each([
    ['those of 2026', IDS_2026],
    ['those of 2014', IDS_2014],
    ['rounded ones beside one that no double holds', [...IDS_2026.map(exact), IDS_2014[2] ?? '']],
    ['those of a year with few tweets', manyOf('2012-02-01T00:00:00Z')],
    ['fifty that are the first of their milliseconds', manyOf('2014-08-14T08:00:00Z').slice(0, 50)],
    [
      'one that a double holds, again and again',
      IDS_2026.slice(0, 1).flatMap((id) => [exact(id), exact(id), exact(id)]),
    ],
    ['two that doubles hold', IDS_2026.slice(0, 2).map(exact)],
    ['one with zeros at its end', ['1900000000000000000']],
    ['counters', ['20', '1000', '29700000000', '9007199254740000']],
    ['none', []],
  ])('are accepted: %s', (_, ids) => {
    expect(check(ids)).not.toThrow();
  });

  it('of users may be the first of their milliseconds in any year, as those of tweets are not since 2023', () => {
    const ids = manyOf('2026-11-20T08:00:00Z');
    expect(check(ids, 'user')).not.toThrow();
    expect(check(ids.slice(0, 3), 'tweet')).toThrow('has rounded ids');
    expect(check(IDS_2026.map(spreadsheet), 'user')).toThrow('has rounded ids');
  });

  it('are those of tweets and of their authors', () => {
    const tweets = (change: (id: string) => string) =>
      IDS_2026.map((id, index) => ({ id, author_id: change(IDS_2014[index] ?? '') }));
    expect(() => expectUnroundedTweets(tweets(String), 'a.csv')).not.toThrow();
    expect(() => expectUnroundedTweets(tweets(spreadsheet), 'a.csv')).toThrow(
      /such as \d{15}000 and \d{15}000:/,
    );
    const rounded = IDS_2026.map((id) => ({ id: exact(id) }));
    expect(() => expectUnroundedTweets(rounded, 'a.csv')).toThrow('has rounded ids');
  });
});
