import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { hasTime, snowflakeIdAt, snowflakeTimeMs } from '../../../service/domain/snowflake.ts';

describe('snowflakeTimeMs', () => {
  it.each([
    ['1460323737035677698', '2021-11-15T19:08:05.069Z'],
    ['9223372036854775807', '2080-07-10T17:30:30.208Z'],
    ['4194304', '2010-11-04T01:42:54.658Z'],
  ])('reads the creation time out of %s', (id, time) => {
    expect(new Date(snowflakeTimeMs(id)).toISOString()).toBe(time);
  });

  it.each(['1', '20', '29700859247'])(
    'places %s, an id older than snowflakes, within eight seconds of their epoch',
    (id) => {
      const sinceEpochMs = snowflakeTimeMs(id) - Date.parse('2010-11-04T01:42:54.657Z');
      expect(sinceEpochMs).toBeGreaterThanOrEqual(0);
      expect(sinceEpochMs).toBeLessThan(8_000);
    },
  );

  it.each([
    ['29700859247', false],
    ['34359738367', false],
    ['34359738368', true],
    ['0001460323737035677698', true],
  ])('finds in %s whether it holds a time: %s', (id, holds) => {
    expect(hasTime(id)).toBe(holds);
  });

  it('makes ids that contain their time, distinct for equal times', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: Date.parse('2010-11-04T01:42:54.658Z'), max: Date.parse('2070-01-01') }),
        fc.nat({ max: 4_194_303 }),
        (ms, sequence) => {
          const id = snowflakeIdAt(ms, sequence);
          expect(snowflakeTimeMs(id)).toBe(ms);
          expect(BigInt(id) - BigInt(snowflakeIdAt(ms, 0))).toBe(BigInt(sequence));
        },
      ),
    );
  });
});
