import { describe, expect, it } from '@jest/globals';
import { csvOf } from '../../../service/web/csv.ts';

describe('CSV of the page', () => {
  it('has a line with CRLF for each row, and quotes only where RFC 4180 needs them', () => {
    const rows = [
      ['topic', 'total'],
      ['plain', 1],
      ['a, "b" c', 0.5],
      ['two\nlines', -1],
    ];
    expect(csvOf(rows)).toBe(
      '\ufefftopic,total\r\nplain,1\r\n"a, ""b"" c",0.5\r\n"two\nlines",-1\r\n',
    );
  });

  it.each([
    '=1+1',
    '+1+1',
    '+49 1',
    '-a',
    '@SUM(A1)',
    '@jack',
    '\t=1',
    '\tx',
    '\r=1',
    '＝1',
    '＠a',
  ])('has an apostrophe before a text that a spreadsheet takes for a formula: %j', (text) => {
    expect(csvOf([[text]]).replaceAll('"', '')).toBe(`\ufeff'${text}\r\n`);
  });

  it.each([
    '#bitcoin',
    '$btc',
    'a=b',
    '2026-11-28',
    '-1',
    '-1.5',
    '-1e5',
    '+2',
    '+1,5',
    '0.25',
    '',
  ])('keeps the text %j', (text) => {
    expect(csvOf([[text]], ';')).toBe(`\ufeff${text}\r\n`);
  });
});
