import { describe, expect, it } from '@jest/globals';
import {
  checkOutputName,
  formatOfName,
  inputFormat,
  usesParquet,
} from '../../../cli/score/formats/format-of.ts';

describe('the format of the input of tss score', () => {
  it.each([
    ['tweets.csv.gz', 'csv'],
    ['tweets.ndjson', 'jsonl'],
    ['tweets.PARQUET', 'parquet'],
    ['texts.txt', 'text'],
  ])('of %s is %s', (file, format) => {
    expect(inputFormat(file, undefined)).toBe(format);
  });

  it('is the given one before that of the name', () => {
    expect(inputFormat('tweets.txt', 'parquet')).toBe('parquet');
  });

  it.each([
    ['-', 'parquet', 'Parquet cannot be read from standard input; name a file'],
    ['a.parquet.gz', undefined, "'a.parquet.gz' must be unpacked: Parquet has no .gz around it"],
    ['a.dat', undefined, "the format of 'a.dat' is not known; give --format csv, jsonl, parquet"],
  ] as const)('is refused for %s as %s', (file, given, message) => {
    expect(() => inputFormat(file, given)).toThrow(message);
  });
});

describe('the name of the output of tss score', () => {
  it.each([
    ['csv', 'scored.parquet'],
    ['text', 'scored.csv.gz'],
    ['jsonl', 'scored.parquet'],
    ['parquet', 'scored.jsonl.gz'],
    ['parquet', 'scored.dat'],
  ] as const)('may, for %s, be %s', (format, out) => {
    expect(() => checkOutputName(out, format)).not.toThrow();
  });

  it.each([
    ['csv', 'a.jsonl', "must end in .csv, .csv.gz or .parquet for this input, got 'a.jsonl'"],
    ['parquet', 'a.txt', 'must end in .parquet, .csv, .csv.gz, .jsonl or .jsonl.gz for this'],
    ['csv', 'a.xlsx', "must end in .csv, .csv.gz or .parquet for this input, got 'a.xlsx'"],
    ...['pq', 'prq', 'feather.gz'].map(
      (ending) => ['csv', `a.${ending}`, 'must end in .csv, .csv.gz or .parquet for this'] as const,
    ),
    ['csv', '-', "must name a file, got '-'; omit it for standard output"],
    ['csv', '', "must name a file, got ''; omit it for standard output"],
    ['csv', 'a.csv.zst', "must not end in .zst: only .gz is written, got 'a.csv.zst'"],
    ['csv', 'a.parquet.gz', "must not end in .gz for Parquet, got 'a.parquet.gz'"],
  ] as const)('may, for %s, not be %s', (format, out, message) => {
    expect(() => checkOutputName(out, format)).toThrow(message);
  });

  it('tells whether Parquet is written', () => {
    expect(formatOfName('scored.parquet')).toBe('parquet');
    expect(usesParquet('csv', 'scored.parquet')).toBe(true);
    expect(usesParquet('parquet', 'scored.csv')).toBe(true);
    expect(usesParquet('csv', 'scored.csv')).toBe(false);
    expect(usesParquet('csv', undefined)).toBe(false);
  });
});
