import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { readCsv } from '../../../cli/evaluate/csv-dataset.ts';
import { dataFiles } from './helpers/data-files.ts';

const COLUMNS = { text: 'text', label: 'label' };
const file = dataFiles();

function read(content: string | Buffer, columns = COLUMNS) {
  return readCsv(file('tweets.csv', content), columns);
}

describe('reading a CSV file of labeled texts', () => {
  it('finds the columns by their names, wherever they are', async () => {
    const { texts, labels } = await read('id,label,text\n7,positive,fine\n8,neutral,well\n');
    expect([texts, labels]).toEqual([
      ['fine', 'well'],
      ['positive', 'neutral'],
    ]);
  });

  it('takes other columns when they are named, in any case', async () => {
    const columns = { text: 'tweet', label: 'sentiment' };
    const { texts } = await read('text,label,Tweet, Sentiment\nno,no,yes,2\n', columns);
    expect(texts).toEqual(['yes']);
  });

  it('prefers the column with exactly the name', async () => {
    expect((await read('TEXT,text,label\nno,yes,1\n')).texts).toEqual(['yes']);
  });

  it.each([
    ['text,label,text\na,1,b\n', 'text'],
    ['label,text,label\n1,a,2\n', 'label'],
    ['Text,label,Text\na,1,b\n', 'Text'],
  ])('refuses a header with two columns of the name: %j', async (content, name) => {
    await expect(read(content)).rejects.toThrow(
      `line 1: 2 columns are named '${name}'; give each another name`,
    );
  });

  it('reads a header that repeats a column of no interest', async () => {
    expect((await read('id,id,text,label\n1,2,a,1\n')).texts).toEqual(['a']);
  });

  it('reads quoted texts with line breaks, separators and quotation marks', async () => {
    const content = 'text,label\n"one\ntwo, ""three""",1\nlast,2\n';
    const { texts, lines } = await read(content);
    expect(texts).toEqual(['one\ntwo, "three"', 'last']);
    expect(lines).toEqual([2, 4]);
  });

  it.each([
    ['CRLF', '\r\n'],
    ['CR', '\r'],
  ])('reads lines that end in %s and counts blank ones', async (_, end) => {
    const lines = ['text,label', '"one', 'two",1', '', 'three,2', '', ''];
    expect(await read(lines.join(end))).toEqual({
      texts: ['one\ntwo', 'three'],
      labels: ['neutral', 'positive'],
      lines: [2, 5],
    });
  });

  it.each([
    ['semicolons', 'text;label\na, b;1\n'],
    ['tabs', 'text\tlabel\na, b\t1\n'],
    ['semicolons, with commas in the header', 'id, old;text;label\n1;a, b;1\n'],
  ])('reads fields separated by %s', async (_, content) => {
    expect((await read(content)).texts).toEqual(['a, b']);
  });

  it.each([
    ['UTF-8 with a byte order mark', Buffer.from('\ufefftext,label\né😀,1\n')],
    ['UTF-16 little endian', Buffer.from('\ufefftext,label\né😀,1\n', 'utf16le')],
    ['gzip', gzipSync('text,label\né😀,1\n')],
    ['UTF-16 big endian', Buffer.from('\ufefftext,label\né😀,1\n', 'utf16le').swap16()],
  ])('reads %s', async (_, content) => {
    expect((await read(content)).texts).toEqual(['é😀']);
  });

  it('keeps a text without characters', async () => {
    expect((await read('text,label\n,1\n')).texts).toEqual(['']);
  });
});

describe('a CSV file that cannot be read', () => {
  it.each([
    ['an empty file', '', 'tweets.csv is empty'],
    ['blank lines', '\n\n', 'tweets.csv is empty'],
    ['a header without texts', 'text,label\n', 'tweets.csv has a header but no texts'],
    [
      'a file without the columns',
      'tweet,stars\na,1\n',
      "tweets.csv has no column 'text' and 'label' in its first line; name it with --text-column " +
        'and --label-column. Its columns: tweet, stars',
    ],
    ['a file without the text column', 'tweet,label\na,1\n', "has no column 'text' in its"],
    ['a file with many columns', `${'column;'.repeat(30)}\n`, 'column, column and 11 more'],
    ['a label that is none', 'text,label\na,1\nb,mixed\n', /line 3, column 'label': .*'mixed'/],
    ['a missing label', 'text,label\n"a\nb",1\nc,\n', /line 4, .*: the label is missing/],
    [
      'an unquoted comma',
      'text,label\na, b,1\n',
      'line 2 has 3 cells, and the header 2; a cell that contains the separator must be quoted',
    ],
    ['a short line', 'text\tlabel\na\n', 'line 2 has 1 cells, and the header 2'],
    [
      'a quote that does not end',
      'text,label\na,1\n"b,1\nc,1\n',
      'line 3 opens a quote that is never closed',
    ],
    [
      'a quote in an unquoted field',
      'text,label\na "b" c,1\n',
      'line 2 has a quote inside of a cell',
    ],
    ['text after a quoted field', 'text,label\n"a" b,1\n', 'line 2 has text after a closing quote'],
    ['a header with a quote that does not end', '"text,label\na,1\n', 'line 1 opens a quote'],
    ['bytes of Latin-1', Buffer.from('text,label\na,1\né,1\n', 'latin1'), 'line 3 is not UTF-8'],
    ['UTF-16 without a mark', Buffer.from('text,label\n', 'utf16le'), 'line 1 has a NUL character'],
  ])('is explained: %s', async (_, content, message) => {
    await expect(read(content)).rejects.toThrow(message);
  });

  it('may have as many bytes as are allowed, and not one more', async () => {
    const path = file('tweets.csv', 'text,label\na,1\n');
    await expect(readCsv(path, COLUMNS, 15)).resolves.toMatchObject({ texts: ['a'] });
    await expect(readCsv(path, COLUMNS, 14)).rejects.toThrow(
      /tweets\.csv has more than 14 bytes; evaluate a sample of it/,
    );
  });

  it('is named when it is missing', async () => {
    await expect(readCsv('nowhere.csv', COLUMNS)).rejects.toThrow(
      /nowhere\.csv cannot be read: .*ENOENT/,
    );
  });

  it('shows no more than the beginning of a wrong value', async () => {
    const reading = read(`text,label\na,${'b'.repeat(500)}\n`);
    await expect(reading).rejects.toThrow(`got '${'b'.repeat(40)}'`);
  });
});
