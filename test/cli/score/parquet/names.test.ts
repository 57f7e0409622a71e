import { describe, expect, it } from '@jest/globals';
import { AddedColumns } from '../../../../cli/score/added-columns.ts';
import { uniqueNames } from '../../../../cli/score/formats/unique-names.ts';
import { withoutLoneSurrogates } from '../../../../cli/score/parquet/parquet-run.ts';
import { readRecords } from '../records.ts';

describe('names of columns in Parquet', () => {
  it('differ also where the names of a CSV file differ by case only, or are empty', () => {
    expect(uniqueNames(['id', 'Text', 'text', '', 'ID', ''])).toEqual([
      'id',
      'Text',
      'text_2',
      'column_4',
      'ID_2',
      'column_6',
    ]);
  });

  it('of the input differ from the added ones in any case', () => {
    const added = new AddedColumns('', { ignoreCase: true });
    expect(() => added.expectNoneOf(['text', 'Label'])).toThrow(
      "the input has a column 'Label' already; give --prefix",
    );
    expect(() => new AddedColumns('').expectNoneOf(['text', 'Label'])).not.toThrow();
  });

  it('are refused record by record in JSON Lines', async () => {
    const { faults } = await readRecords('jsonl', '{"text":"a","label":1}\n{"text":"a"}\n');
    expect(faults).toEqual([[1, expect.stringContaining("has 'label' already; give --prefix")]]);
  });
});

describe('JSON for DuckDB', () => {
  it.each([
    [String.raw`{"text":"a\ud83d"}`, String.raw`{"text":"a\ufffd"}`],
    [String.raw`{"text":"\uDE00\ud83d\ude00"}`, String.raw`{"text":"\ufffd\ud83d\ude00"}`],
    [String.raw`{"text":"\\ud83d\n"}`, String.raw`{"text":"\\ud83d\n"}`],
  ])('has whole characters: %s', (json, expected) => {
    expect(withoutLoneSurrogates(json)).toBe(expected);
  });
});
