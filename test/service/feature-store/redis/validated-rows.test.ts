import { describe, expect, it } from '@jest/globals';
import type { FeatureRow } from '../../../../service/domain/feature-row.ts';
import { encodeRow } from '../../../../service/feature-store/redis/row-codec.ts';
import { ValidatedRows } from '../../../../service/feature-store/redis/validated-rows.ts';
import { aRow, IDENTITY } from '../../../port-suites/feature-store-contract.ts';

const row = aRow();
const id = row.tweetId;
const bytesOf = (stored: FeatureRow = row) => Buffer.from(encodeRow(stored));

describe('ValidatedRows', () => {
  it('gives the same row for a value that has not changed', () => {
    const rows = new ValidatedRows(IDENTITY);
    const first = rows.decode(id, bytesOf());
    expect(first).toEqual(row);
    expect(rows.decode(id, bytesOf())).toBe(first);
  });

  it('decodes a value that has changed, and one that has changed back', () => {
    const rows = new ValidatedRows(IDENTITY);
    const newer = { ...row, createdTimestampMs: row.createdTimestampMs + 1 };
    for (const stored of [row, newer, row]) {
      expect(rows.decode(id, bytesOf(stored))).toEqual(stored);
    }
  });

  it('finds a value corrupt that was sound before', () => {
    const rows = new ValidatedRows(IDENTITY);
    rows.decode(id, bytesOf());
    expect(rows.decode(id, bytesOf().subarray(0, -1))).toBe('corrupt');
    expect(rows.decode(id, Buffer.alloc(0))).toBe('corrupt');
    expect(rows.decode(id, Buffer.from('9[]'))).toBe('other-format');
  });

  it('finds the value of one tweet corrupt at the key of another', () => {
    const rows = new ValidatedRows(IDENTITY);
    rows.decode(id, bytesOf());
    expect(rows.decode('2', bytesOf())).toBe('corrupt');
  });

  it('does not depend on the buffer of the value later', () => {
    const rows = new ValidatedRows(IDENTITY);
    const value = bytesOf();
    const first = rows.decode(id, value);
    value.fill(0);
    expect(rows.decode(id, bytesOf())).toBe(first);
    expect(rows.decode(id, value)).toBe('corrupt');
  });

  it.each([
    ['is not stored anymore', (rows: ValidatedRows) => rows.decode(id, null)],
    ['is forgotten', (rows: ValidatedRows) => rows.forget(id)],
    ['is forgotten with all others', (rows: ValidatedRows) => rows.forgetAll()],
  ])('releases a row that %s', (_, release) => {
    const rows = new ValidatedRows(IDENTITY);
    const first = rows.decode(id, bytesOf());
    release(rows);
    expect(rows.decode(id, bytesOf())).not.toBe(first);
  });

  it('holds no more bytes than its bound', () => {
    // Each takes 20,000 bytes for its text and 10,000 for its value.
    const stored = ['1', '2', '3'].map((tweetId) => aRow({ tweetId, text: 'x'.repeat(10_000) }));
    const rows = new ValidatedRows(IDENTITY, 65_000);
    const read = () => stored.toReversed().map((each) => rows.decode(each.tweetId, bytesOf(each)));
    const [third, second] = read();
    expect(rows.decode('3', bytesOf(stored[2]))).not.toBe(third);
    expect(second).toEqual(stored[1]);
  });
});
