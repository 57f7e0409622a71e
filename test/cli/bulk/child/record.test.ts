import { describe, expect, it } from '@jest/globals';
import { recordOf } from '../../../../cli/bulk/child/record.ts';

const jsonId = (json: string, idColumn?: string) =>
  recordOf({ json }, { idColumn, columns: [] }).id;

describe('the id of a record', () => {
  it('keeps every digit of a JSON number', () => {
    expect(jsonId('{"id":1460323737035677698,"text":"a"}')).toBe('1460323737035677698');
    expect(jsonId('{"id":7}')).toBe('7');
  });

  it('is that of the named key, and else of a usual one', () => {
    const json = '{"key":"k","tweet_id":"t","text":"a"}';
    expect([jsonId(json, 'key'), jsonId(json), jsonId(json, 'absent')]).toEqual(['k', 't', null]);
  });

  it('is the text of a v1.1 tweet, also in the envelope of an archive', () => {
    expect(jsonId('{"tweet":{"id":1460323737035677700,"id_str":"1460323737035677698"}}')).toBe(
      '1460323737035677698',
    );
  });

  it('is null where a record has none, or a value that is none', () => {
    expect(['{"text":"a"}', '{"id":{"a":1}}', '{"id":""}'].map((json) => jsonId(json))).toEqual([
      null,
      null,
      null,
    ]);
  });
});

describe('the record of a row of CSV', () => {
  it('is an object of its cells', () => {
    const columns = ['ID', 'text'];
    expect(recordOf({ cells: ['007', 'a "b"'] }, { idColumn: undefined, columns })).toEqual({
      id: '007',
      json: '{"ID":"007","text":"a \\"b\\""}',
    });
  });
});
