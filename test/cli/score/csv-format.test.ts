import { describe, expect, it } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import fc from 'fast-check';
import { readRecords } from './records.ts';

/** A cell that is not blank. */
const cell = fc
  .string({ unit: fc.constantFrom('a', 'ü', '😀', ' ', '"', ',', ';', '\n', '\r', '\t') })
  .map((text) => `${text}.`);

describe('a CSV file', () => {
  it('is read as it was written, whatever its cells hold', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ id: cell, text: cell }), { minLength: 1 }),
        fc.constantFrom(',', ';', '\t'),
        fc.constantFrom('\n', '\r\n'),
        async (rows, delimiter, lineEnd) => {
          const content = stringify(rows, {
            header: true,
            delimiter,
            record_delimiter: lineEnd,
            quoted_match: /[\r\n]/,
          });
          const { texts, output, faults } = await readRecords('csv', content);
          expect({ texts, faults }).toEqual({ texts: rows.map(({ text }) => text), faults: [] });
          const cells = parse(output.join('\n'), { delimiter });
          expect(cells).toEqual(rows.map(({ id, text }) => [id, text, 'positive', '0.9', 'false']));
        },
      ),
    );
  });

  it('loses only the lines that are damaged, each of which is reported', async () => {
    const damaged = fc.constantFrom('5" phone', '1,2,3', 'x,"y"z', '"a"b","');
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(damaged, cell), { minLength: 1 }), async (entries) => {
        const isDamaged = (entry: string) => !entry.endsWith('.');
        const parts = entries.map((entry) =>
          isDamaged(entry) ? `${entry}\n` : stringify([['1', entry]], { quoted_match: /[\r\n]/ }),
        );
        const { texts, faults } = await readRecords('csv', `id,text\n${parts.join('')}`);
        const numbers = parts.map((_, index) => 2 + linesIn(parts.slice(0, index)));
        expect(texts).toEqual(entries.filter((entry) => !isDamaged(entry)));
        expect(faults.map(([line]) => line)).toEqual(
          numbers.filter((_, index) => isDamaged(entries[index] ?? '')),
        );
      }),
    );
  });

  it('may name the column of texts in another case, or have it named', async () => {
    expect((await readRecords('csv', 'id,Tweet\n1,a\n')).texts).toEqual(['a']);
    const named = await readRecords('csv', 'text,note\na,b\n', { column: 'NOTE' });
    expect(named.texts).toEqual(['b']);
  });

  it('of twarc has the whole text of long posts in a column that is empty for others', async () => {
    const content = 'id,text,note_tweet.text\n1,cut o…,cut off no more\n2,short,\n';
    const { texts } = await readRecords('csv', content);
    expect(texts).toEqual(['cut off no more', 'short']);
    expect((await readRecords('csv', content, { column: 'text' })).texts).toEqual([
      'cut o…',
      'short',
    ]);
  });

  it('with two columns of the name of the texts is refused', async () => {
    await expect(readRecords('csv', 'text,id,text\na,1,b\n')).rejects.toThrow(
      "input, line 1: 2 columns are named 'text'; give each another name",
    );
  });

  it('without a column of texts is refused, with the columns it has', async () => {
    await expect(readRecords('csv', 'id;when\n1;2\n')).rejects.toThrow(
      'input has no column of texts that is known by its name in its first line; name one with ' +
        '--text-column. Its columns: id, when',
    );
    await expect(readRecords('csv', 'text\na\n', { column: 'body' })).rejects.toThrow(
      "input has no column 'body' in its first line",
    );
    await expect(readRecords('csv', '\n\n')).rejects.toThrow('input is empty');
  });

  it.each(['text,id\rI love it,1\rbad,2\r', '"text"\r"I love it"\r'])(
    'whose lines end with carriage returns only is refused: %j',
    async (content) => {
      await expect(readRecords('csv', content)).rejects.toThrow(
        'input, line 1 has a carriage return without a line feed; save the file with line ends LF or CRLF',
      );
    },
  );

  it('that has a column of the output is refused, unless a prefix keeps them apart', async () => {
    await expect(readRecords('csv', 'text,label\na,b\n')).rejects.toThrow(
      "the input has a column 'label' already; give --prefix",
    );
    const { layout } = await readRecords('csv', 'text,label\na,b\n', { prefix: 'predicted_' });
    expect(layout.header).toMatch(/^text,label,predicted_label,predicted_score_negative,/);
  });

  it('loses what stands between quotes that match by chance, as one record', async () => {
    const { texts, faults, records } = await readRecords('csv', 'id,text\n1,"a\n2,b\n3,c"\n4,d\n');
    expect({ texts, faults }).toEqual({ texts: ['a\n2,b\n3,c', 'd'], faults: [] });
    expect(records).toHaveLength(2);
    const mixed = await readRecords('csv', 'id,text\n"a\n2,b\nc"\n4,d\n');
    expect(mixed.texts).toEqual(['d']);
    expect(mixed.records[0]).toMatchObject({ line: 2, next: { lines: 4 } });
  });

  it('continues at any record by its layout', async () => {
    const content = 'id,text\n1,"a\nb"\n2,c\n';
    const { records, layout } = await readRecords('csv', content);
    expect(records.map(({ line, next }) => [line, next])).toEqual([
      [2, { bytes: 16, lines: 3 }],
      [4, { bytes: 20, lines: 4 }],
    ]);
    expect(layout.csv).toEqual({ delimiter: ',', width: 2, text: 1 });
  });
});

function linesIn(parts: readonly string[]): number {
  return parts.join('').split('\n').length - 1;
}
