import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdDecompressSync } from 'node:zlib';
import { DuckDBInstance } from '@duckdb/node-api';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parquetReadObjects, type SchemaElement } from 'hyparquet';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { type ItemTask, scoreItem } from '../../../../cli/bulk/child/score-item.ts';
import type { Report } from '../../../../cli/bulk/contract.ts';
import { RESULTS_VERSION } from '../../../../cli/score/results-version.ts';
import { MemoryStore } from './memory-store.ts';

const MODEL = {
  name: 'numbers',
  revision: '0123456789ab',
  values: {
    labels: ['negative', 'neutral', 'positive'],
    languages: ['*'],
    max_tokens: 128,
    certain_margin: 0.2,
  },
};
const SCORES = { negative: 0.1, neutral: 0.2, positive: 0.7 };
const PREFIXES = {
  output: { bucket: 'tweets', key: 'results/' },
  reports: { bucket: 'tweets', key: 'reports/' },
};
const NOW = new Date('2026-11-28T20:30:00.123Z');

function run(
  store: MemoryStore,
  { key, ...item }: Partial<ItemTask> & { key: string },
  interruption = new AbortController(),
  model = MODEL,
) {
  return scoreItem(
    { input: `s3://tweets/${key}`, ...PREFIXES, ...item },
    {
      store,
      model,
      startModel: async () => ({
        certainMargin: 0.2,
        languages: [],
        predict: async (texts) =>
          texts.map(() => ({ label: 'positive', scores: SCORES, truncated: false, tokens: 3 })),
      }),
      now: () => NOW,
      signal: interruption.signal,
    },
  );
}

async function rowsOf(store: MemoryStore, { output }: Report) {
  const content = store.objects.get(output.replace('s3://', ''))!;
  const file = new Uint8Array(content).buffer;
  return parquetReadObjects({ file, compressors: { ZSTD: (bytes) => zstdDecompressSync(bytes) } });
}

function storeOf(key: string, content: string | Buffer): MemoryStore {
  const store = new MemoryStore();
  store.objects.set(`tweets/${key}`, Buffer.from(content));
  return store;
}

async function scored(key: string, content: string | Buffer, item: Partial<ItemTask> = {}) {
  const store = storeOf(key, content);
  const { report } = await run(store, { key, ...item });
  return { report, rows: await rowsOf(store, report) };
}

async function inDuckDb(sql: string): Promise<void> {
  const instance = await DuckDBInstance.create();
  const connection = await instance.connect();
  try {
    await connection.run(sql);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** The record of a row with a column of bytes of a type. */
async function recordWith(type: Partial<SchemaElement>, content: string): Promise<unknown> {
  const parquet = parquetWriteBuffer({
    schema: [
      { name: 'root', num_children: 2 },
      { name: 'text', type: 'BYTE_ARRAY', converted_type: 'UTF8' },
      { name: 'other', type: 'BYTE_ARRAY', ...type },
    ],
    columnData: [
      { name: 'text', data: ['a'] },
      { name: 'other', data: [new TextEncoder().encode(content)] },
    ],
  });
  const { rows } = await scored('a.parquet', Buffer.from(parquet));
  return rows[0]?.record;
}

describe('the result of an item', () => {
  it('has place, id, record and scores of each text', async () => {
    const { rows, report } = await scored('a.jsonl', '\n{"id":1460323737035677698,"text":"a"}\r\n');
    expect(rows).toEqual([
      {
        input: 's3://tweets/a.jsonl',
        line: 2n,
        byte: 1n,
        id: '1460323737035677698',
        text: 'a',
        record: '{"id":1460323737035677698,"text":"a"}',
        label: 'positive',
        score_negative: 0.1,
        score_neutral: 0.2,
        score_positive: 0.7,
        truncated: false,
        certain: true,
        language: null,
        language_supported: null,
        scored_at: NOW,
      },
    ]);
    expect(report).toMatchObject({ lines: 2, scored: 1, left_out: 0, model_name: 'numbers' });
    expect(report).toMatchObject({ seconds: 0, finished_at: NOW.toISOString() });
  });

  it('reads CSV with line breaks in cells, compressed text, and Parquet', async () => {
    const csv = await scored('a.csv', 'ID,text,label\n7,"a\nb",own\n');
    expect(csv.rows).toMatchObject([
      { line: 2n, byte: 14n, id: '7', record: '{"ID":"7","text":"a\\nb","label":"own"}' },
    ]);
    const text = await scored('a.txt.gz', gzipSync('a\n\nb'));
    expect(text.rows).toMatchObject([
      { text: 'a', record: null },
      { text: 'b', byte: 3n },
    ]);
    const parquet = parquetWriteBuffer({
      columnData: [
        { name: 'id', data: [1460323737035677698n, 2n], type: 'INT64' },
        { name: 'body', data: ['a', null], type: 'STRING' },
      ],
    });
    const rows = await scored('a.parquet', Buffer.from(parquet));
    expect(rows.rows).toMatchObject([
      { line: 1n, byte: null, id: '1460323737035677698', text: 'a' },
    ]);
    expect(rows.report.first_left_out).toEqual([{ line: 2, problem: 'has nothing to score' }]);
  });

  it('scores the whole text of long posts, in CSV and Parquet', async () => {
    const csv = 'id,text,note_tweet.text\n1,cut o…,cut off no more\n2,short,\n';
    const parquet = parquetWriteBuffer({
      columnData: [
        { name: 'text', data: ['cut o…', 'short', 'short'], type: 'STRING' },
        { name: 'note_tweet.text', data: ['cut off no more', '', null], type: 'STRING' },
      ],
    });
    expect((await scored('a.csv', csv)).rows.map(({ text }) => text)).toEqual([
      'cut off no more',
      'short',
    ]);
    const { rows } = await scored('a.parquet', Buffer.from(parquet));
    expect(rows.map(({ text }) => text)).toEqual(['cut off no more', 'short', 'short']);
    const named = await scored('a.parquet', Buffer.from(parquet), { textColumn: 'text' });
    expect(named.rows[0]).toMatchObject({ text: 'cut o…' });
  });

  it('scores tweets in nested columns of Parquet as in JSON Lines', async () => {
    const tweets = [
      { id: '1', text: 'cut o…', note_tweet: { text: 'cut off no &lt;more' } },
      {
        ...{ id: '2', text: 'RT @o: be…' },
        referenced_tweets: [{ type: 'retweeted', id: '9', text: 'beginning and end' }],
      },
      { id: '3', text: 'short' },
    ];
    const lines = tweets.map((tweet) => `${JSON.stringify(tweet)}\n`).join('');
    const path = join(mkdtempSync(join(tmpdir(), 'score-item-')), 'tweets');
    writeFileSync(`${path}.jsonl`, lines);
    await inDuckDb(`COPY (FROM '${path}.jsonl') TO '${path}.parquet' (FORMAT parquet)`);
    const { rows } = await scored('a.parquet', readFileSync(`${path}.parquet`));
    expect(rows.map(({ text }) => text)).toEqual([
      ...['cut off no <more', 'beginning and end', 'short'],
    ]);
    expect((await scored('a.jsonl', lines)).rows.map(({ text }) => text)).toEqual(
      rows.map(({ text }) => text),
    );
  });

  it('keeps the values of Parquet in the record: decimals, and the digits in JSON', async () => {
    const path = join(mkdtempSync(join(tmpdir(), 'score-item-')), 'values.parquet');
    await inDuckDb(`COPY (SELECT
      'a' AS text,
      0.3::DECIMAL(4,1) AS price,
      -12345.678901::DECIMAL(15,6) AS wide,
      {'price': 0.3::DECIMAL(4,1), 'ratio': 0.1::DOUBLE + 0.2::DOUBLE} AS item,
      [0.3::DECIMAL(4,1), NULL] AS prices,
      [{'price': 0.7::DECIMAL(4,1)}] AS items,
      MAP {'eur': 0.3::DECIMAL(4,1)} AS rates,
      '{"id":1460323737035677698,"n":[1.10]}'::JSON AS json
    ) TO '${path}' (FORMAT parquet)`);
    const { rows } = await scored('a.parquet', readFileSync(path));
    expect(rows[0]?.record).toBe(
      '{"text":"a","price":0.3,"wide":-12345.678901,' +
        '"item":{"price":0.3,"ratio":0.30000000000000004},' +
        '"prices":[0.3,null],"items":[{"price":0.7}],"rates":{"eur":0.3},' +
        '"json":{"id":1460323737035677698,"n":[1.10]}}',
    );
  });

  it('keeps the microseconds and nanoseconds of Parquet in the record', async () => {
    const path = join(mkdtempSync(join(tmpdir(), 'score-item-')), 'times.parquet');
    await inDuckDb(`COPY (SELECT
      'a' AS text,
      TIMESTAMPTZ '2026-11-30 12:00:00.123456+00' AS micros,
      TIMESTAMPTZ '2026-11-30 12:00:00.123+00' AS millis,
      TIMESTAMPTZ '1969-12-31 23:59:59.999999+00' AS early,
      '2026-11-30 12:00:00.000000001'::TIMESTAMP_NS AS nanos,
      'infinity'::TIMESTAMPTZ AS never
    ) TO '${path}' (FORMAT parquet)`);
    const { rows } = await scored('a.parquet', readFileSync(path));
    expect(JSON.parse(String(rows[0]?.record))).toEqual({
      text: 'a',
      micros: '2026-11-30T12:00:00.123456Z',
      millis: '2026-11-30T12:00:00.123Z',
      early: '1969-12-31T23:59:59.999999Z',
      nanos: '2026-11-30T12:00:00.000000001Z',
      never: null,
    });
  });

  it('has bytes and the keys of maps in the record as tss score has them', async () => {
    const path = join(mkdtempSync(join(tmpdir(), 'score-item-')), 'values');
    await inDuckDb(`CREATE TABLE t AS SELECT
      'a' AS text,
      '2244994945'::BLOB AS author_id,
      encode('é"''\\~') || '\\x00\\x7F\\xFF'::BLOB AS bytes,
      MAP {0.3::DECIMAL(3,1): 1} AS decimals,
      MAP {'\\xC3'::BLOB: 1, 'de'::BLOB: 2, ''::BLOB: 3} AS keys;
      COPY t TO '${path}.jsonl' (FORMAT json);
      COPY t TO '${path}.parquet' (FORMAT parquet)`);
    const { rows } = await scored('a.parquet', readFileSync(`${path}.parquet`));
    expect(`${rows[0]?.record}\n`).toBe(readFileSync(`${path}.jsonl`, 'utf8'));
    expect(rows[0]?.record).toContain('"author_id":"2244994945"');
  });

  it('has days and times of a day in the record as tss score has them', async () => {
    const path = join(mkdtempSync(join(tmpdir(), 'score-item-')), 'values');
    await inDuckDb(`CREATE TABLE t AS SELECT
      'a' AS text, DATE '2026-11-28' AS day, TIME '10:11:12.123456' AS micros,
      TIME '10:20:30' AS seconds, TIMETZ '10:11:12.5+00' AS zoned, [TIME '10:11:12.5'] AS list, MAP {TIME '00:00:10': 1} AS keys;
      COPY t TO '${path}.jsonl' (FORMAT json);
      COPY t TO '${path}.parquet' (FORMAT parquet)`);
    const { rows } = await scored('a.parquet', readFileSync(`${path}.parquet`));
    expect(`${rows[0]?.record}\n`).toBe(readFileSync(`${path}.jsonl`, 'utf8'));
  });

  it('has days and times as keys of maps in the record as they are as values', async () => {
    const path = join(mkdtempSync(join(tmpdir(), 'score-item-')), 'times.parquet');
    await inDuckDb(`COPY (SELECT
      'a' AS text,
      MAP {d: d} AS days, MAP {m: m} AS millis, MAP {u: u} AS micros
      FROM (SELECT DATE '2026-11-30' AS d, TIMESTAMP_MS '2026-11-30 12:00:00.5' AS m,
        TIMESTAMPTZ '2026-11-30 12:00:00+00' AS u)
    ) TO '${path}' (FORMAT parquet)`);
    const { rows } = await scored('a.parquet', readFileSync(path));
    expect(JSON.parse(String(rows[0]?.record))).toEqual({
      text: 'a',
      days: { '2026-11-30': '2026-11-30' },
      millis: { '2026-11-30T12:00:00.500Z': '2026-11-30T12:00:00.500Z' },
      micros: { '2026-11-30T12:00:00.000Z': '2026-11-30T12:00:00.000Z' },
    });
  });

  it.each([
    ['converted', { converted_type: 'ENUM' }],
    ['logical', { logical_type: { type: 'ENUM' } }],
  ] as const)('has the names of an enumeration of a %s type in the record', async (_name, type) => {
    expect(await recordWith(type, 'reply')).toBe('{"text":"a","other":"reply"}');
  });

  it.each(['', 'not json'])('has %p of a JSON column in the record as text', async (text) => {
    const record = await recordWith({ logical_type: { type: 'JSON' } }, text);
    expect(record).toBe(JSON.stringify({ text: 'a', other: text }));
  });

  it('has JSON of a logical type in the record as JSON', async () => {
    const record = await recordWith({ logical_type: { type: 'JSON' } }, '{"n":1.10}');
    expect(record).toBe('{"text":"a","other":{"n":1.10}}');
  });

  it('refuses a Parquet column of decimals whose digits would be rounded', async () => {
    const parquet = parquetWriteBuffer({
      schema: [
        { name: 'root', num_children: 2 },
        { name: 'id', type: 'INT64', converted_type: 'DECIMAL', precision: 18, scale: 0 },
        { name: 'text', type: 'BYTE_ARRAY', converted_type: 'UTF8' },
      ],
      columnData: [
        { name: 'id', data: [1460323737035677] },
        { name: 'text', data: ['a'] },
      ],
    });
    await expect(scored('a.parquet', Buffer.from(parquet))).rejects.toThrow(
      'has the column id of DECIMAL(18,0), whose digits would be rounded; write it as text',
    );
  });

  it('fails by the name of an object whose compressed content is cut off or damaged', async () => {
    const whole = gzipSync('a\n'.repeat(1_000));
    const damaged = Buffer.concat([whole.subarray(0, 10), Buffer.from('damaged')]);
    for (const content of [whole.subarray(0, -9), damaged]) {
      await expect(scored('a.txt.gz', content)).rejects.toThrow(
        's3://tweets/a.txt.gz is compressed, and cut off or damaged; upload it again',
      );
    }
  });

  it('fails when no record has a text by the name that is given, and not when some have', async () => {
    const lines = ['{"text":"a"}', '{"body":"b"}', 'x', ''].join('\n');
    await expect(scored('a.jsonl', lines, { textColumn: 'nosuch' })).rejects.toThrow(
      "s3://tweets/a.jsonl has no text 'nosuch' to score: 2 of its 3 records lack it; correct --text-column",
    );
    const { report } = await scored('a.jsonl', lines, { textColumn: 'body' });
    expect(report).toMatchObject({ scored: 1, left_out: 2 });
  });

  it('fails when no record has an id by the name that is given, and not when some have, or for plain text', async () => {
    const message = (name: string) =>
      `s3://tweets/${name} has no id 'nosuch' in any of the 2 records that were scored; correct --id-column`;
    const named = { idColumn: 'nosuch' };
    const csv = 'id,text\n1,good\n2,bad\n';
    await expect(scored('a.csv', csv, named)).rejects.toThrow(message('a.csv'));
    const lines = '{"id":"1","text":"good"}\n{"text":"bad"}\n';
    await expect(scored('a.jsonl', lines, named)).rejects.toThrow(message('a.jsonl'));
    expect((await scored('a.jsonl', lines, { idColumn: 'id' })).rows.map(({ id }) => id)).toEqual([
      '1',
      null,
    ]);
    expect((await scored('a.txt', 'good\n', named)).rows).toHaveLength(1);
  });

  it('tells the types of the columns where Parquet has no column of texts', async () => {
    const parquet = parquetWriteBuffer({
      columnData: [{ name: 'text', data: [new Uint8Array([1])], type: 'BYTE_ARRAY' }],
    });
    await expect(scored('a.parquet', Buffer.from(parquet))).rejects.toThrow(
      'name one with --text-column. Its columns: text BYTE_ARRAY',
    );
  });

  it('has no rows where the object has no texts', async () => {
    for (const [key, content] of [
      ['a.csv', ''],
      ['a.csv.gz', gzipSync('')],
      ['a.parquet', ''],
      ['a.jsonl', '\n\n'],
    ] as const) {
      const { rows, report } = await scored(key, content);
      expect([key, rows, report.left_out]).toEqual([key, [], 0]);
    }
  });

  it('has all lines of an object in UTF-16 in its first range', async () => {
    const utf16 = Buffer.from('\ufeffa\nb\n', 'utf16le');
    const first = await scored('a.txt', utf16, { range: '0-4' });
    const second = await scored('a.txt', utf16, { range: '4-10' });
    expect([first.rows, second.rows]).toEqual([[{ text: 'a' }, { text: 'b' }], []].map(matching));
  });
});

const matching = (rows: object[]) => rows.map((row) => expect.objectContaining(row));

describe('a repeated item', () => {
  it('is done, until its object or its options change', async () => {
    const store = storeOf('a.jsonl', '{"text":"a","key":"1"}\n');
    const wasDone = async (item: Partial<ItemTask> = {}) =>
      (await run(store, { key: 'a.jsonl', ...item })).wasDone;
    expect([await wasDone(), await wasDone()]).toEqual([false, true]);
    expect(await wasDone({ idColumn: 'key' })).toBe(false);
    store.objects.set('tweets/a.jsonl', Buffer.from('{"text":"b"}\n'));
    expect([await wasDone(), await wasDone()]).toEqual([false, true]);
  });

  it.each([
    ['labels', { labels: ['positive', 'neutral', 'negative'] }],
    ['languages', { languages: ['en'] }],
    ['window', { max_tokens: 64 }],
    ['margin', { certain_margin: 0.5 }],
  ])(
    'is scored again after the %s of the model in the manifest were changed',
    async (_what, values) => {
      const store = storeOf('a.jsonl', '{"text":"a"}\n');
      const changed = { ...MODEL, values: { ...MODEL.values, ...values } };
      const wasDone = async (model: typeof MODEL) =>
        (await run(store, { key: 'a.jsonl' }, new AbortController(), model)).wasDone;
      expect([await wasDone(MODEL), await wasDone(changed), await wasDone(changed)]).toEqual([
        false,
        false,
        true,
      ]);
    },
  );

  it.each([
    ['did not write the values of the model', { model_values: undefined }],
    ['did not write the ETag of the result', { output_etag: undefined }],
    ['made other rows', { results_version: RESULTS_VERSION - 1 }],
  ])('is scored again if its report is of a version that %s', async (_what, values) => {
    const store = storeOf('a.jsonl', '{"text":"a"}\n');
    const { report } = await run(store, { key: 'a.jsonl' });
    const older = { ...report, ...values };
    const [key] = [...store.objects.keys()].filter((each) => each.endsWith('.json'));
    store.objects.set(key ?? '', Buffer.from(JSON.stringify(older)));
    expect((await run(store, { key: 'a.jsonl' })).wasDone).toBe(false);
  });

  it('is scored again if another run with other options has replaced its result, and was killed', async () => {
    const store = storeOf('a.jsonl', '{"title":"a","body":"b"}\n');
    const first = { key: 'a.jsonl', textColumn: 'title' };
    await run(store, first);
    const killed = new AbortController();
    const own = [...store.objects.keys()].find((key) => key.endsWith('.parquet'));
    const result = store.objects.get(own ?? '');
    store.step = () => {
      if (store.objects.get(own ?? '') !== result) killed.abort();
      killed.signal.throwIfAborted();
    };
    await expect(run(store, { ...first, textColumn: 'body' }, killed)).rejects.toThrow();
    store.step = () => {};
    const { report, wasDone } = await run(store, first);
    expect(wasDone).toBe(false);
    expect(await rowsOf(store, report)).toMatchObject([{ text: 'a' }]);
  });

  it('is scored again if its result was deleted', async () => {
    const store = storeOf('a.jsonl', '{"text":"a"}\n');
    const { report } = await run(store, { key: 'a.jsonl' });
    store.objects.delete(report.output.replace('s3://', ''));
    expect((await run(store, { key: 'a.jsonl' })).wasDone).toBe(false);
    expect(await rowsOf(store, report)).toHaveLength(1);
  });

  it('fails where its result would replace that of another bucket', async () => {
    const store = storeOf('a.jsonl', '{"text":"a"}\n');
    await run(store, { key: 'a.jsonl' });
    store.objects.set('others/a.jsonl', Buffer.from('{"text":"b"}\n'));
    const other = run(store, { key: 'a.jsonl', input: 's3://others/a.jsonl' });
    await expect(other).rejects.toThrow('is the report of s3://tweets/a.jsonl');
  });
});

/** Lines of JSON, good ones, bad ones and blank ones. */
const line = fc.oneof(
  fc.string().map((text) => JSON.stringify({ text: `a${text}` })),
  fc.constantFrom('nope', '', '  ', '[]', '{"text":""}', '{"other":"a"}', '{"text":"é\u2028"}'),
);
const object = fc
  .record({
    lines: fc.array(line, { maxLength: 12 }),
    mark: fc.constantFrom('', '\ufeff'),
    feed: fc.constantFrom('\n', '\r\n'),
    isTerminated: fc.boolean(),
  })
  .map(({ lines, mark, feed, isTerminated }) =>
    Buffer.from(mark + lines.join(feed) + (isTerminated ? feed : '')),
  );

/** Offsets of the lines that are not blank. */
function startsOf(content: Buffer): number[] {
  const starts: number[] = [];
  let at = 0;
  for (const each of content.toString('latin1').split('\n')) {
    const text = Buffer.from(each, 'latin1').toString();
    if (text.replace(/^\ufeff/, '').trim() !== '') starts.push(at);
    at += each.length + 1;
  }
  return starts;
}

it('every line is in the results or the reports exactly once, whenever tasks are stopped and repeated', async () => {
  await fc.assert(
    fc.asyncProperty(
      object,
      fc.array(fc.nat(200), { maxLength: 4 }),
      fc.array(fc.integer({ min: 1, max: 8 }), { maxLength: 6 }),
      async (content, cuts, stops) => {
        const store = storeOf('a.jsonl', content);
        const edges = [0, ...cuts.map((cut) => Math.min(cut, content.length)), content.length];
        const sorted = [...new Set(edges)].sort((one, other) => one - other);
        const waiting = [...stops];
        const found: number[] = [];
        for (const [index, end] of sorted.slice(1).entries()) {
          const task = { key: 'a.jsonl', range: `${sorted[index]}-${end}` };
          let ends: Awaited<ReturnType<typeof run>>[] = [];
          while (ends.length === 0) {
            const interruption = new AbortController();
            let steps = waiting.shift();
            store.step = () => {
              if (steps !== undefined && steps-- === 0) interruption.abort();
              interruption.signal.throwIfAborted();
            };
            const attempts = [run(store, task, interruption), run(store, task, interruption)];
            ends = (await Promise.allSettled(attempts)).flatMap((attempt) =>
              attempt.status === 'fulfilled' ? [attempt.value] : [],
            );
          }
          store.step = () => {};
          const { report } = ends[0]!;
          const rows = await rowsOf(store, report);
          expect(report).toMatchObject({ scored: rows.length });
          found.push(...rows.map(({ byte }) => Number(byte)));
          found.push(...report.first_left_out.map(({ byte }) => byte!));
        }
        expect(found.toSorted((one, other) => one - other)).toEqual(startsOf(content));
      },
    ),
  );
});
