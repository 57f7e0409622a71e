import { describe, expect, it } from '@jest/globals';
import { hasUnreadTime, timeFault, utcTime } from '../../../cli/kit/tweet-time.ts';

const SNOWFLAKE = '1460323737035677698';
const COUNTER = '29700859247';

describe('a time of a file', () => {
  it.each([
    ['2021-11-15T19:08:05.069Z', '2021-11-15T19:08:05.069Z'],
    ['2021-11-15T20:08:05+01:00', '2021-11-15T19:08:05.000Z'],
    ['2021-11-15T19:08Z', '2021-11-15T19:08:00.000Z'],
    ['2021-11-15 14:08:05.5-05', '2021-11-15T19:08:05.500Z'],
    ['2021-11-15 19:08:05 +0000', '2021-11-15T19:08:05.000Z'],
    ['2021-11-16 00:38:05+0530', '2021-11-15T19:08:05.000Z'],
    ['2021-11-15 19:08:05 UTC', '2021-11-15T19:08:05.000Z'],
    ['Mon Nov 15 19:08:05 +0000 2021', '2021-11-15T19:08:05.000Z'],
    ['Mon Nov 15 20:08:05 +0100 2021', '2021-11-15T19:08:05.000Z'],
  ])('with its zone is read: %s', (text, utc) => {
    expect(utcTime(text)).toBe(utc);
    expect(hasUnreadTime({ id: SNOWFLAKE, created_at: utcTime(text) })).toBe(false);
  });

  it.each([
    '2026-11-10 23:30:00',
    '2026-11-10T23:30:00',
    '2026-11-10',
    '10.11.2026 23:30',
    '12/11/2026',
    '11/12/2026 23:30:00 UTC',
    'Mon Nov 15 19:08:05 2021',
    'Foo Bar 15 19:08:05 +0000 2021',
    'Tue Feb 30 19:08:05 +0000 2021',
    '2026-02-30T00:00:00Z',
    '2026-11-10 23:30:00 CET',
    '45971.5',
  ])('of another form is not read, and stays as it is: %s', (text) => {
    expect(utcTime(text)).toBe(text);
    expect(hasUnreadTime({ id: SNOWFLAKE, created_at: text })).toBe(true);
  });

  it.each(['0001-01-01T00:00:00Z', '1970-01-01T00:00:00Z', '9999-12-31T23:59:59Z'])(
    'that serializers write for no time is not read: %s',
    (text) => {
      expect(hasUnreadTime({ id: SNOWFLAKE, created_at: utcTime(text) })).toBe(true);
      expect(timeFault({ id: COUNTER, created_at: utcTime(text) })).toContain('has the time');
    },
  );

  it('is as short as a tweet may have it', () => {
    const long = 'Mon Nov 15 2021 20:08:05 GMT+0100 (Central European Standard Time)';
    expect(utcTime(long)).toBe(long.slice(0, 40));
  });

  it('that is not read is a fault only beside an id without a time', () => {
    const unread = '2010-03-21 20:50:14';
    expect(timeFault({ id: SNOWFLAKE, created_at: unread })).toBeUndefined();
    expect(timeFault({ id: SNOWFLAKE })).toBeUndefined();
    expect(timeFault({ id: COUNTER })).toBe(
      'has no time and an id without a time; add created_at, such as 2010-03-21T20:50:14Z',
    );
    expect(timeFault({ id: COUNTER, created_at: utcTime(`${unread}Z`) })).toBeUndefined();
    expect(timeFault({ id: COUNTER, created_at: unread })).toBe(
      "has the time '2010-03-21 20:50:14' and an id without a time; " +
        'write it with its zone, such as 2010-03-21T20:50:14Z',
    );
  });
});
