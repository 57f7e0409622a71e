import { describe, expect, it } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { readRecords } from './records.ts';

describe('a file of plain text', () => {
  it('becomes CSV with a text a line, without blank lines', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.string({ unit: 'grapheme' })), async (given) => {
        const lines = given.map((text) => text.replace(/[\r\n\ufeff]/g, ''));
        const { output, faults } = await readRecords('text', lines.join('\r\n'));
        const filled = lines.filter((text) => text.trim() !== '');
        expect(faults).toEqual([]);
        expect(parse(output.join('\n'), { relax_quotes: false })).toEqual(
          filled.map((text) => [text, 'positive', '0.9', 'false']),
        );
      }),
    );
  });

  it('is refused when its lines end with carriage returns only', async () => {
    await expect(readRecords('text', 'I love it\rI hate it\r')).rejects.toThrow(
      'input, line 1 has a carriage return without a line feed; save the file with line ends LF or CRLF',
    );
  });
});
