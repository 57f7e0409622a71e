import { describe, expect, it } from '@jest/globals';
import {
  isSplittable,
  parseLocation,
  parseRange,
  parseReport,
  resultKeys,
} from '../../../cli/bulk/contract.ts';

const PREFIXES = { output: 'results/', reports: 'reports' };
const MODEL = { name: 'minilm', revision: '885434d5bfe0' };

describe('the keys of an item', () => {
  it('are those of its object below the model and its revision', () => {
    expect(resultKeys({ input: 's3://tweets/input/a b/1.jsonl' }, PREFIXES, MODEL)).toEqual({
      output: 'results/model_name=minilm/model_revision=885434d5bfe0/input/a b/1.jsonl.parquet',
      report: 'reports/model_name=minilm/model_revision=885434d5bfe0/input/a b/1.jsonl.json',
    });
  });

  it('name the range of its bytes', () => {
    const item = { input: 's3://tweets/1.jsonl', range: '0-100' };
    expect(resultKeys(item, PREFIXES, MODEL).output).toMatch(/\/1\.jsonl\.0-100\.parquet$/);
  });

  it('have no part that Athena passes over', () => {
    const { output } = resultKeys({ input: 's3://tweets/_a/.b/c_d.jsonl' }, PREFIXES, MODEL);
    expect(output).toMatch(/\/-_a\/-\.b\/c_d\.jsonl\.parquet$/);
  });
});

describe('parsing', () => {
  it('reads addresses of objects and of whole buckets', () => {
    expect(parseLocation('s3://tweets/a/b.csv')).toEqual({ bucket: 'tweets', key: 'a/b.csv' });
    expect(parseLocation('s3://tweets')).toEqual({ bucket: 'tweets', key: '' });
    expect(['s3://', 'tweets/a', 'https://tweets/a'].map(parseLocation)).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('reads ranges that have bytes', () => {
    expect(parseRange('5-17')).toEqual({ start: 5, end: 17 });
    expect(['5-5', '6-5', '5-', '-5', ' 1-2', '1-2\n'].flatMap((text) => parseRange(text))).toEqual(
      Array(6).fill(undefined),
    );
  });

  it('takes nothing but a report for a report', () => {
    const report = {
      input: 's3://tweets/a.jsonl',
      etag: '"1"',
      lines: 3,
      scored: 2,
      left_out: 1,
      first_left_out: [{ line: 2, byte: 10, problem: 'is not JSON' }],
      seconds: 1.5,
      model_name: 'minilm',
      model_revision: '885434d5bfe0',
      output: 's3://tweets/results/a.parquet',
    };
    expect(parseReport(JSON.stringify(report))).toEqual(report);
    expect(parseReport(JSON.stringify({ ...report, scored: '2' }))).toBeUndefined();
    expect([parseReport('null'), parseReport('{')]).toEqual([undefined, undefined]);
  });

  it('splits objects of lines, and none that is compressed or quoted', () => {
    const names = ['a.jsonl', 'a.NDJSON', 'a.txt', 'a.csv', 'a.jsonl.gz', 'a.parquet'];
    expect(names.map(isSplittable)).toEqual([true, true, true, false, false, false]);
  });
});
