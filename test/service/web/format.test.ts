import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  count,
  duration,
  percent,
  share,
  shortDates,
  shortened,
  time,
} from '../../../service/web/format.ts';

describe('the page writes', () => {
  it.each([
    [0, '0.0 %'],
    [0.0001, '<0.1 %'],
    [0.0005, '0.1 %'],
    [0.924, '92.4 %'],
    [0.9994, '99.9 %'],
    [0.9996, '>99.9 %'],
    [1, '100.0 %'],
  ])('a share of %d as %s', (value, written) => {
    expect(percent(value)).toBe(written);
  });

  it('only a share of 0 as `0.0 %` and only a share of 1 as `100.0 %`', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), (value) => {
        expect(percent(value) === '100.0 %').toBe(value === 1);
        expect(percent(value) === '0.0 %').toBe(value === 0);
      }),
    );
  });

  it.each([
    [0, '0 s'],
    [59.9, '59 s'],
    [61, '1 min 1 s'],
    [3_600, '1 h 0 min'],
    [100_000, '1 d 3 h'],
  ])('%d seconds as %s', (seconds, written) => {
    expect(duration(seconds)).toBe(written);
  });

  it('counts, dates and times in UTC, wherever it is read', () => {
    expect(count(12_345)).toBe('12,345');
    expect(shortDates(['2026-11-01', '2026-11-30'])).toEqual(['Nov 1', 'Nov 30']);
    expect(time('2026-11-23T23:59:00.000Z')).toMatch(/^Nov 23, 2026, 11:59\sPM UTC$/);
  });

  it('the year of dates that are of several years', () => {
    expect(shortDates(['2025-11-30', '2026-11-30'])).toEqual(['Nov 30, 2025', 'Nov 30, 2026']);
    expect(shortDates([])).toEqual([]);
  });

  it('nothing of nothing as no share', () => {
    expect([share(0, 0), share(1, 4)]).toEqual([0, 0.25]);
  });

  it.each([
    ['@nasa', 5, '@nasa'],
    ['@nasa_jpl', 6, '@nasa…'],
    ['👩‍🚀👩‍🚀👩‍🚀', 2, '👩‍🚀…'],
    ['ab', 0, 'a…'],
  ])('%s in at most %d characters as %s', (text, characters, written) => {
    expect(shortened(text, characters)).toBe(written);
  });
});
