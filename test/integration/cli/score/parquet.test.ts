import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { type DuckDBConnection, DuckDBInstance, type Json } from '@duckdb/node-api';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { runTool, ToolProcess } from '../../../helpers/tool-process.ts';

let instance: DuckDBInstance;
let connection: DuckDBConnection;
beforeAll(async () => {
  instance = await DuckDBInstance.create();
  connection = await instance.connect();
});
afterAll(() => {
  connection.closeSync();
  instance.closeSync();
});

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'score-parquet-'));
});

async function query(sql: string): Promise<Record<string, Json>[]> {
  return (await connection.runAndReadAll(sql)).getRowObjectsJson();
}

/** Writes a Parquet file by a query. */
const write = (name: string, sql: string) =>
  query(`COPY (${sql}) TO '${join(folder, name)}' (FORMAT parquet)`);
const read = (name: string) => query(`FROM '${join(folder, name)}'`);
const score = (...args: readonly string[]) => runTool(['score', ...args], { folder });

/** Names and types of a file, in its order. */
async function columns(name: string): Promise<Json[][]> {
  const found = await query(`DESCRIBE FROM '${join(folder, name)}'`);
  return found.map(({ column_name, column_type }) => [column_name ?? null, column_type ?? null]);
}

const ADDED = [
  ['label', 'VARCHAR'],
  ['score_negative', 'DOUBLE'],
  ['score_neutral', 'DOUBLE'],
  ['score_positive', 'DOUBLE'],
  ['truncated', 'BOOLEAN'],
  ['language', 'VARCHAR'],
  ['language_supported', 'BOOLEAN'],
  ['model_name', 'VARCHAR'],
  ['model_revision', 'VARCHAR'],
  ['certain', 'BOOLEAN'],
];

/** 5,000 rows, every hundredth without a text. */
const ROWS = `
  SELECT 1460323737035677698 + range AS id,
    CASE WHEN range % 100 = 7 THEN NULL ELSE 'good ' || range % 97 END AS "Text"
  FROM range(5000)`;

describe('tss score of a Parquet file', () => {
  it('keeps the columns with their types, and adds its own', async () => {
    await write(
      'tweets.parquet',
      `SELECT 1460323737035677698 AS id, 'I love this' || chr(10) || 'phone 😍' AS text,
         TIMESTAMPTZ '2026-11-28 10:00:00.123456+00' AS at, TIMESTAMP_NS '2026-11-28 10:00:00.123456789' AS ns,
         1.50::DECIMAL(10,2) AS price, {'name': 'Ada', 'ids': [1460323737035677698]} AS author,
         MAP {'a': 1::UTINYINT} AS counts, NULL::DATE AS day`,
    );
    const { code, stdout } = await score('tweets.parquet', '--out', 'scored.parquet');
    expect([code, stdout]).toEqual([
      0,
      'scored.parquet: 1 text scored: 0 negative, 0 neutral, 1 positive\n',
    ]);
    expect(await columns('scored.parquet')).toEqual([
      ...(await columns('tweets.parquet')),
      ...ADDED,
    ]);
    const [given] = await read('tweets.parquet');
    const [scored] = await read('scored.parquet');
    expect(scored).toMatchObject({
      ...given,
      id: '1460323737035677698',
      label: 'positive',
      truncated: false,
      model_revision: '885434d5bfe0',
    });
    expect(readdirSync(folder).toSorted()).toEqual(['scored.parquet', 'tweets.parquet']);
  });

  it('leaves out rows without a text, names them by number, and keeps the order', async () => {
    await write('tweets.parquet', ROWS);
    const { code, stderr } = await score('tweets.parquet', '--out', 'scored.parquet');
    expect(code).toBe(3);
    expect(stderr).toContain('tweets.parquet: row 8 has nothing to score; it is left out.\n');
    expect(stderr).toContain('\n50 texts were left out\n');
    const ids = (await read('scored.parquet')).map(({ id }) => id);
    const given = await read('tweets.parquet');
    expect(ids).toEqual(given.flatMap(({ id, Text }) => (Text === null ? [] : [id])));
  });

  it('has each row once after it was killed twice', async () => {
    await write('tweets.parquet', ROWS);
    const args = ['score', 'tweets.parquet', '--out', 'scored.parquet', '--workers', '1'];
    for (const share of [/ [1-4]\d %/, / [5-8]\d %/]) {
      await ToolProcess.start(args, { folder }).killWhen(share);
      expect(existsSync(join(folder, 'scored.parquet'))).toBe(false);
    }
    const { code, stderr } = await runTool(args, { folder });
    expect([code, stderr]).toEqual([3, expect.stringMatching(/continues after row [2-4]\d{3}\n/)]);
    const [found] = await query(
      `SELECT count(*)::INTEGER AS rows, count(DISTINCT id)::INTEGER AS ids
       FROM '${join(folder, 'scored.parquet')}'`,
    );
    expect(found).toEqual({ rows: 4_950, ids: 4_950 });
    expect(readdirSync(folder).toSorted()).toEqual(['scored.parquet', 'tweets.parquet']);
  });

  it('becomes CSV or JSON Lines when the output is called so', async () => {
    await write('tweets [1].parquet', `SELECT 'I love it' AS text, 1460323737035677698 AS id`);
    expect((await score('tweets [1].parquet', '--out', 'scored.csv.gz')).code).toBe(0);
    expect(gunzipSync(readFileSync(join(folder, 'scored.csv.gz'))).toString()).toMatch(
      /^text,id,label,score_negative,.*\nI love it,1460323737035677698,positive,/,
    );
    expect((await score('tweets [1].parquet', '--out', 'scored.jsonl')).code).toBe(0);
    expect(readFileSync(join(folder, 'scored.jsonl'), 'utf8')).toMatch(
      /^\{"text":"I love it","id":1460323737035677698,"label":"positive","score_negative":0\.\d+,/,
    );
  });

  it('is scored by the whole text of long posts', async () => {
    await write(
      'tweets.parquet',
      `FROM (VALUES ('I hate it and…', 'I love it so much'), ('I love it', ''), ('I love it', NULL))
        posts (text, "note_tweet.text")`,
    );
    const labels = async (out: string, ...options: readonly string[]) => {
      expect((await score('tweets.parquet', '--out', out, ...options)).code).toBe(0);
      return (await read(out)).map(({ label }) => label);
    };
    expect(await labels('whole.parquet')).toEqual(['positive', 'positive', 'positive']);
    const cut = await labels('cut.parquet', '--text-column', 'text');
    expect(cut).toEqual(['negative', 'positive', 'positive']);
  });

  it('holds tweets in nested columns, which are scored as in JSON Lines', async () => {
    const tweet = (index: number, text: string, more: object) =>
      JSON.stringify({ id: `146032373703567769${index}`, text, author_id: '7', ...more });
    const original = { type: 'retweeted', id: '20', author_id: '8' };
    const lines = [
      tweet(1, 'I love it but…', { note_tweet: { text: 'I hate it, it is horrible &lt;3' } }),
      tweet(2, 'RT @o: I love…', {
        referenced_tweets: [
          { type: 'quoted', id: '21', text: 'I love it' },
          { ...original, text: 'I hate all of it' },
        ],
      }),
      tweet(3, 'I love it', { referenced_tweets: [{ type: 'replied_to', id: '22' }] }),
      tweet(4, 'I love it', { note_tweet: null }),
    ];
    writeFileSync(join(folder, 'tweets.jsonl'), `${lines.join('\n')}\n`);
    await write('tweets.parquet', `FROM '${join(folder, 'tweets.jsonl')}'`);
    const scores = async (input: string) => {
      expect((await score(input, '--out', `of-${input}`)).code).toBe(0);
      return query(`SELECT id::BIGINT AS id, label, score_positive FROM '${folder}/of-${input}'`);
    };
    const found = await scores('tweets.parquet');
    expect(found).toEqual(await scores('tweets.jsonl'));
    expect(found.map(({ label }) => label)).toEqual([
      ...['negative', 'negative', 'positive', 'positive'],
    ]);
    await score('tweets.parquet', '--text-column', 'text', '--out', 'named.parquet');
    expect((await read('named.parquet'))[0]).toMatchObject({ label: 'positive' });
  });

  it('is refused when its columns differ by case only, of which DuckDB would read another', async () => {
    const columnData = ['text', 'Text'].map((name) => ({
      name,
      data: ['a'],
      type: 'STRING' as const,
    }));
    writeFileSync(join(folder, 'cases.parquet'), Buffer.from(parquetWriteBuffer({ columnData })));
    const { code, stderr } = await score(
      'cases.parquet',
      '--text-column',
      'Text',
      '--out',
      'a.csv',
    );
    expect([code, stderr]).toEqual([
      1,
      "cases.parquet cannot be read as Parquet: it has the columns 'text' and 'Text'; give one another name\n",
    ]);
  });

  it('has null for numbers that JSON lacks', async () => {
    await write(
      'tweets.parquet',
      `SELECT 'I love it' AS text, 'NaN'::DOUBLE AS a, '-inf'::FLOAT AS b, 0.5::FLOAT AS c,
         [1.5, 'nan'::DOUBLE, NULL] AS d,
         {'a b': [{'x': 'inf'::FLOAT, 'y': 'NaN'}], 'm': MAP {'k': 'nan'::DOUBLE}} AS nested,
         NULL::STRUCT(x DOUBLE) AS absent`,
    );
    expect((await score('tweets.parquet', '--out', 'scored.jsonl')).code).toBe(0);
    expect(JSON.parse(readFileSync(join(folder, 'scored.jsonl'), 'utf8'))).toMatchObject({
      ...{ a: null, b: null, c: 0.5 },
      d: [1.5, null, null],
      nested: { 'a b': [{ x: null, y: 'NaN' }], m: { k: null } },
      absent: null,
    });
  });

  it('is not joined with the scores of another file that has its name by then', async () => {
    await write('tweets.parquet', ROWS);
    await write('later.parquet', ROWS.replace("'good '", "'bad '"));
    const run = ToolProcess.start(['score', 'tweets.parquet', '--out', 'scored.parquet'], {
      folder,
    });
    // The first progress: all texts have been taken out.
    run.child.stderr?.once('data', () => {
      renameSync(join(folder, 'later.parquet'), join(folder, 'tweets.parquet'));
    });
    const { code, stderr } = await run.ended;
    expect([code, stderr]).toEqual([
      1,
      expect.stringContaining('tweets.parquet has changed while it was scored'),
    ]);
    expect(existsSync(join(folder, 'scored.parquet'))).toBe(false);
  });

  it('has no columns of the folder that it is in', async () => {
    mkdirSync(join(folder, 'day=2026-11-28'));
    for (const input of ['tweets.parquet', 'tweets.jsonl']) {
      const path = `day=2026-11-28/${input}`;
      if (input.endsWith('.jsonl')) writeFileSync(join(folder, path), '{"text":"I love it"}\n');
      else await write(path, `SELECT 'I love it' AS text`);
      const out = `day=2026-11-28/${input}.scored.parquet`;
      expect((await score(path, '--out', out)).code).toBe(0);
      const [found] = await query(
        `SELECT list(name)[2:3] AS names FROM parquet_schema('${join(folder, out)}')`,
      );
      expect(found).toEqual({ names: ['text', 'label'] });
    }
  });

  it('keeps the columns of a file without rows', async () => {
    await write('none.parquet', `SELECT 'a' AS text, 1 AS id WHERE false`);
    expect((await score('none.parquet', '--out', 'scored.parquet')).code).toBe(0);
    expect(await columns('scored.parquet')).toEqual([
      ['text', 'VARCHAR'],
      ['id', 'INTEGER'],
      ...ADDED,
    ]);
  });

  it.each([
    [1, 'fake.parquet cannot be read as Parquet: Invalid Input Error: ', ['fake.parquet']],
    [1, 'no column of texts that is known by its name; name one', ['numbers.parquet']],
    [1, 'Its columns: text INTEGER, Label VARCHAR', ['numbers.parquet']],
    [
      1,
      "the column 'text' of numbers.parquet has the type INTEGER",
      ['numbers.parquet', '--text-column', 'text'],
    ],
    [
      2,
      "the input has a column 'Label' already; give --prefix",
      ['numbers.parquet', '--text-column', 'label'],
    ],
  ])('ends with %i and says why: %s', async (expected, message, args) => {
    writeFileSync(join(folder, 'fake.parquet'), 'id,text\n1,I love it, but it is CSV\n');
    await write('numbers.parquet', `SELECT 1 AS text, 'a' AS "Label"`);
    const { code, stderr } = await score(...args, '--out', 'scored.parquet');
    expect([code, stderr]).toEqual([expected, expect.stringContaining(message)]);
    expect(existsSync(join(folder, 'scored.parquet'))).toBe(false);
  });

  it('needs a name for its output', async () => {
    await write('tweets.parquet', `SELECT 'a' AS text`);
    const { code, stderr } = await score('tweets.parquet');
    expect([code, stderr]).toEqual([2, expect.stringContaining('Parquet needs --out')]);
  });
});

describe('tss score into a Parquet file', () => {
  it('keeps the columns of CSV as text', async () => {
    writeFileSync(
      join(folder, 'tweets.csv'),
      '\ufeff"i\nd";text;Text\n1460323737035677698;"I ""love""\nit";\n2;I hate it;"; "\n',
    );
    expect((await score('tweets.csv', '--out', 'scored.parquet')).code).toBe(0);
    expect(await columns('scored.parquet')).toEqual([
      ['i\nd', 'VARCHAR'],
      ['text', 'VARCHAR'],
      ['Text_2', 'VARCHAR'],
      ...ADDED,
    ]);
    expect(await read('scored.parquet')).toMatchObject([
      { 'i\nd': '1460323737035677698', text: 'I "love"\nit', Text_2: null, label: 'positive' },
      { 'i\nd': '2', text: 'I hate it', Text_2: '; ', label: 'negative' },
    ]);
  });

  it('finds types in JSON Lines, and rounds no id', async () => {
    const lines = [
      String.raw`{"id":1460323737035677698,"text":"I love it \ud83d","user":{"id":9223372036854775807}}`,
      '{"text":"I hate it","id":null,"at":"2026-11-28T10:00:00Z","big":18446744073709551615}',
    ];
    writeFileSync(join(folder, 'tweets.jsonl'), `${lines.join('\n')}\n`);
    expect((await score('tweets.jsonl', '--out', 'scored.parquet')).code).toBe(0);
    expect(await columns('scored.parquet')).toEqual([
      ['id', 'BIGINT'],
      ['text', 'VARCHAR'],
      ['user', 'STRUCT(id BIGINT)'],
      ['at', 'VARCHAR'],
      ['big', 'DECIMAL(38,0)'],
      ...ADDED,
    ]);
    expect(await read('scored.parquet')).toMatchObject([
      {
        id: '1460323737035677698',
        text: 'I love it \ufffd',
        user: { id: '9223372036854775807' },
        label: 'positive',
      },
      { id: null, at: '2026-11-28T10:00:00Z', big: '18446744073709551615', label: 'negative' },
    ]);
  });

  it('keeps the digits of integers in JSON Lines beside fractions and integers beyond 2^64', async () => {
    const id = '1460323737035677698';
    const lines = [
      `{"text":"I love it","id":${id},"in":{"a":[{"n":${id}}]},"big":${id}${id},"wide":18446744073709551616,"few":7,"user":{"id":${id},"rate":0.5}}`,
      '{"text":"I hate it","id":1.5,"in":{"a":[{"n":-2.5}]},"big":1,"wide":2,"few":0.25,"user":{"id":2,"rate":3}}',
    ];
    writeFileSync(join(folder, 'tweets.jsonl'), `${lines.join('\n')}\n`);
    expect((await score('tweets.jsonl', '--out', 'scored.parquet')).code).toBe(0);
    expect(await columns('scored.parquet')).toEqual([
      ['text', 'VARCHAR'],
      ['id', 'JSON'],
      ['in', 'STRUCT(a STRUCT(n JSON)[])'],
      ['big', 'JSON'],
      ['wide', 'DOUBLE'],
      ['few', 'DOUBLE'],
      ['user', 'STRUCT(id BIGINT, rate DOUBLE)'],
      ...ADDED,
    ]);
    expect(await read('scored.parquet')).toMatchObject([
      { id, in: { a: [{ n: id }] }, big: `${id}${id}`, few: 7, user: { id, rate: 0.5 } },
      { id: '1.5', in: { a: [{ n: '-2.5' }] }, big: '1', few: 0.25, user: { id: '2', rate: 3 } },
    ]);
  });

  it.each([
    ['day, as in most of Europe', '25-12-2024'],
    ['day', '2024-12-25'],
    ['number of parts', '24-05-06'],
    ['time with its zone', '2021-11-15T20:08:05+01:00'],
    ['time without a zone', '2021-11-15 20:08:05'],
    ['time of day', '9:05'],
    ['word for a day', 'epoch'],
    ['UUID', '6F1D3BDE-7F2A-4D4E-8B55-AD5B34AD8C31'],
  ])('keeps a JSON text with the form of a %s: %s', async (_, text) => {
    const row = { text: 'I love it', top: text, UUID: text, in: { UUID: text, list: [text] } };
    writeFileSync(join(folder, 'tweets.jsonl'), `${JSON.stringify(row)}\n`);
    expect((await score('tweets.jsonl', '--out', 'scored.parquet')).code).toBe(0);
    expect(await read('scored.parquet')).toMatchObject([row]);
  });

  it('keeps JSON keys that differ by case only apart', async () => {
    const lines = [
      '{"text":"I love it","a":1,"A":2,"on":"24-05-06"}',
      '{"text":"I hate it","A":3,"b_1":4,"on":"24-05-07"}',
    ];
    writeFileSync(join(folder, 'tweets.jsonl'), `${lines.join('\n')}\n`);
    expect((await score('tweets.jsonl', '--out', 'scored.parquet')).code).toBe(0);
    expect(await read('scored.parquet')).toMatchObject([
      { a: '1', A_1: '2', b_1: null, on: '24-05-06', label: 'positive' },
      { a: null, A_1: '3', b_1: '4', on: '24-05-07', label: 'negative' },
    ]);
  });

  it('has the text of plain text, and no row when none is scored', async () => {
    writeFileSync(join(folder, 'texts.txt'), 'I love it\n');
    await score('texts.txt', '--out', 'texts.parquet');
    expect(await read('texts.parquet')).toMatchObject([{ text: 'I love it', label: 'positive' }]);
    writeFileSync(join(folder, 'blank.jsonl'), '{"text":" "}\n');
    expect((await score('blank.jsonl', '--out', 'blank.parquet')).code).toBe(3);
    expect(await columns('blank.parquet')).toEqual(ADDED);
  });

  it('names the file with the scores when they cannot be converted', async () => {
    writeFileSync(join(folder, 'tweets.jsonl'), '{"text":"I love it","a":1,"a":2}\n');
    const { code, stderr } = await score('tweets.jsonl', '--out', 'scored.parquet');
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(
        /the scores cannot be converted; scored\.parquet\.partial holds all of them, as JSON Lines: .*duplicate key "a"/,
      ),
    ]);
    expect(readFileSync(join(folder, 'scored.parquet.partial'), 'utf8')).toMatch(
      /"label":"positive"/,
    );
  });
});
