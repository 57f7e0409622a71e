import { describe, expect, it } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { csvOf } from '../../../service/web/csv.ts';
import { parseCsv, textColumn } from '../../../service/web/parse-csv.ts';

const rowsOf = (text: string) => parseCsv(text, 5_000).rows;

it.each(['{"data":[{"id":"1"}]}', '\ufeff\n[{"text":"a"}]', '["a","b"]\n'])(
  'the page names JSON in place of CSV: %j',
  (text) => {
    expect(() => parseCsv(text, 10)).toThrow('This is JSON, not CSV.');
  },
);

describe('CSV as the page reads it', () => {
  it.each([
    [
      'id,text\n1,hello\n',
      [
        ['id', 'text'],
        ['1', 'hello'],
      ],
    ],
    [
      '\ufeffid;text\r\n1;"a;b\nc ""d"""\r\n',
      [
        ['id', 'text'],
        ['1', 'a;b\nc "d"'],
      ],
    ],
    [
      'a\ttext\n1\t5" screen',
      [
        ['a', 'text'],
        ['1', '5" screen'],
      ],
    ],
    ['text\n\n \nlast,one', [['text'], ['last', 'one']]],
    [
      'id,text\n1,',
      [
        ['id', 'text'],
        ['1', ''],
      ],
    ],
    ['', []],
  ])('%j has the rows %j', (text, rows) => {
    expect(rowsOf(text)).toEqual(rows);
  });

  it('takes the separator that gives a column `text`, before one that gives more columns', () => {
    expect(parseCsv('a,b,c;Text\n', 10)).toMatchObject({ separator: ';' });
    expect(parseCsv('a;b;c,d\n', 10)).toMatchObject({ separator: ';' });
    expect(textColumn(['id', ' TEXT '])).toBe(1);
  });

  it.each([
    ['id,text\n1,"open\n2,b', 'The quote that begins in line 2 is never closed.'],
    [
      'id,text\n"1" x,b',
      'Line 2 has text after a closing quote. Write a quote inside a cell as two quotes.',
    ],
    ['a\n'.repeat(6), 'There are more rows than the page takes'],
  ])('%j is refused in words', (text, message) => {
    expect(() => parseCsv(text, 5)).toThrow(message);
  });
});

describe('CSV as the page writes it', () => {
  const cell = fc
    .string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r\n', ' ', 'é', '😀', '1') })
    .filter((text) => !/^[\r\n]/.test(text));
  const table = fc
    .integer({ min: 2, max: 4 })
    .chain((width) =>
      fc.array(fc.array(cell, { minLength: width, maxLength: width }), { minLength: 1 }),
    );

  it('is read by csv-parse and by the page as it was', () => {
    fc.assert(
      fc.property(table, (rows) => {
        const text = csvOf([['text', 'b'], ...rows], ',');
        const options = { bom: true, relax_column_count: true, record_delimiter: '\r\n' };
        expect(parse(text, options).slice(1)).toEqual(rows);
        expect(rowsOf(text).slice(1)).toEqual(rows);
      }),
    );
  });
});
