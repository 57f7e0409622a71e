import { describe, expect, it } from '@jest/globals';
import {
  emptyFault,
  fileTable,
  rowFaults,
  scoredCsv,
  textOf,
} from '../../../service/web/file-table.ts';
import { parseCsv } from '../../../service/web/parse-csv.ts';

describe('a file of texts', () => {
  it('suggests the column that `tss score` would take, or the only one', () => {
    expect(fileTable('id,Text\n1,a', true)).toMatchObject({ suggested: 1, names: ['id', 'Text'] });
    expect(fileTable('tweet\na', true)).toMatchObject({ suggested: 0 });
    expect(fileTable('tweet,full_text\na,b', true)).toMatchObject({ suggested: 1 });
    expect(fileTable('Text,text\na,b', true)).toMatchObject({ suggested: 1 });
    expect(fileTable('id,Kommentar\n1,a', true)).toMatchObject({ suggested: -1 });
  });

  it('has the whole text of long posts where twarc writes it, unless another column is chosen', () => {
    const table = fileTable(
      'id,text,note_tweet.text,tweet\n1,cut o…,cut off no more,a\n2,short,,b',
      true,
    );
    const texts = (column: number) => table.rows.map((row) => textOf(table, column, row));
    expect(texts(1)).toEqual(['cut off no more', 'short']);
    expect(texts(3)).toEqual(['a', 'b']);
  });

  it('without a header numbers its columns and keeps its first line', () => {
    expect(fileTable('1,a', false)).toMatchObject({
      names: ['Column 1', 'Column 2'],
      rows: [['1', 'a']],
    });
  });

  it('takes 5,000 rows besides its header', () => {
    expect(fileTable(`text\n${'a\n'.repeat(5_000)}`, true).rows).toHaveLength(5_000);
    expect(() => fileTable(`text\n${'a\n'.repeat(5_001)}`, true)).toThrow(
      'more rows than the page takes',
    );
  });

  it('says when there is nothing to score', () => {
    expect(emptyFault(' \n', undefined)).toBe('The file is empty.');
    expect(emptyFault('text\n', fileTable('text\n', true))).toBe(
      'The file has a header, but no rows.',
    );
    expect(emptyFault('text\na', fileTable('text\na', true))).toBeUndefined();
  });

  it('has faults for rows without a text and rows that are too wide', () => {
    const faults = rowFaults(fileTable('id,text\n1,\n2,a\n3,b,c', true), 1);
    expect([...faults.keys()]).toEqual([0, 2]);
  });

  it('gets further columns whose names it does not have', () => {
    const table = fileTable('label,predicted_label,text\nx,y,a', true);
    const [head] = parseCsv(scoredCsv(table, []), 10).rows;
    expect(new Set(head).size).toBe(head?.length);
    expect(head).toContain('predicted_predicted_label');
  });

  it('is written with the scores behind its own columns, and safe against formulas', () => {
    const table = fileTable('id,label,text\n1,x,=1+1\n2,y,', true);
    const scored = {
      sentimentAnalyst: 'positive' as const,
      scores: { negative: 0.1, neutral: 0.2, positive: 0.7 },
      certain: true,
      truncated: false,
      tokens: 4,
      language: null,
      languageSupported: null,
      model: { name: 'a-model', revision: '0123456789ab' },
    };
    const csv = scoredCsv(table, [scored, { fault: 'The row has no text.' }]);
    expect(parseCsv(csv, 10).rows).toEqual([
      [
        ...['id', 'label', 'text', 'predicted_label'],
        ...['predicted_score_negative', 'predicted_score_neutral', 'predicted_score_positive'],
        ...['predicted_certain', 'predicted_truncated', 'predicted_language'],
        ...['predicted_language_supported', 'predicted_model_name', 'predicted_model_revision'],
        'predicted_problem',
      ],
      [
        ...['1', 'x', "'=1+1", 'positive', '0.1', '0.2', '0.7', 'true', 'false', '', ''],
        ...['a-model', '0123456789ab', ''],
      ],
      ['2', 'y', '', ...Array(10).fill(''), 'The row has no text.'],
    ]);
  });

  it('is written with all cells of a row that has too many: the last column has the rest', () => {
    const csv = scoredCsv(fileTable('id,text\n1,hello, world\n2', true), []);
    const rows = parseCsv(csv, 10).rows.map((row) => row.slice(0, 3));
    expect(rows).toEqual([
      ['id', 'text', 'label'],
      ['1', 'hello, world', ''],
      ['2', '', ''],
    ]);
  });
});
