import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { Redis } from 'ioredis';
import { snowflakeIdAt } from '../../../../service/domain/snowflake.ts';
import { RedisServer } from '../../../helpers/redis-server.ts';
import { ServiceProcess } from '../../../helpers/service-process.ts';
import { type ToolEnd, ToolProcess } from '../../../helpers/tool-process.ts';

const ADMIN_TOKEN = 'admin-token-of-the-test';
const AS_ADMIN = { authorization: `Bearer ${ADMIN_TOKEN}` };
const CREATED_AT = new Date(Date.now() - 86_400_000).toISOString();
const SCORES = { score_negative: 0.05, score_neutral: 0.15, score_positive: 0.8 };
const MODEL = { model_name: 'other', model_revision: 'ba9876543210' };

let redis: RedisServer;
let admin: Redis;
let service: ServiceProcess;
let folder: string;

beforeAll(async () => {
  redis = await RedisServer.start();
  admin = new Redis(redis.url);
  service = await ServiceProcess.start({
    ADMIN_TOKEN,
    TWEET_SOURCE: 'fixture',
    REDIS_URL: redis.url,
    HOT_CACHE_TTL_MS: '0',
  });
});
afterAll(async () => {
  await service?.stop();
  admin?.disconnect();
  await redis?.stop();
});
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'load-'));
  await admin.flushall();
});

function start(words: readonly string[]): ToolProcess {
  return ToolProcess.start(words, { environment: { ADMIN_TOKEN }, folder });
}

const run = (...words: string[]): Promise<ToolEnd> => start(words).ended;

const load = (...args: string[]) => run('features', 'load', ...args, '--url', service.url);

function write(name: string, lines: readonly unknown[]): void {
  const text = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line)));
  writeFileSync(join(folder, name), `${text.join('\n')}\n`);
}

/** Answers to readers, without the times of the scores. */
async function seen(ids: readonly string[]) {
  const read = async (path: string) => (await service.getStored(path)).json();
  const { rows } = (await read(`/v1/features/tweets?ids=${ids.join(',')}`)) as {
    rows: (Record<string, unknown> | null)[];
  };
  return {
    rows: rows.map((row) => row && { ...row, createdTimestamp: '' }),
    users: await read('/v1/users'),
    topics: await read('/v1/topics'),
    user: await read('/v1/users/@ann/sentiment'),
  };
}

/** A run that Ctrl-C ended after its first batch. */
function interrupted(file: string): Promise<ToolEnd> {
  const words = ['features', 'load', file, '--rate', '1', '--url', service.url];
  return start(words).interruptOnce(stateFile());
}

const stateFile = () => join(folder, '.load-state.json');

const totalOf = async (author: string) => {
  const response = await service.getStored(`/v1/users/${author}/sentiment`);
  return ((await response.json()) as { total?: number }).total ?? 0;
};

const manyRows = Array.from({ length: 300 }, (_, index) => ({
  ...{ id: `${100 + index}`, author_id: '7', created_at: CREATED_AT },
  ...{ text: 'fine', ...SCORES, ...MODEL },
}));

const DAY_OLD_IDS = [0, 1, 2, 3].map((index) => snowflakeIdAt(Date.parse(CREATED_AT), index));
const LONG_TEXT = `${'I love every word of this. '.repeat(8)}#bitcoin #wallets $BTC`;

/** A tweet, a long one, its full form and a retweet of it. Ids are numbers too, as X writes them. */
function v11Stream(): string[] {
  const none = { hashtags: [], symbols: [], urls: [{ url: 'https://t.co/1' }] };
  const entities = { ...none, user_mentions: [{ id_str: '8', screen_name: 'bob' }] };
  const tags = { hashtags: ['bitcoin', 'wallets'].map(tag), symbols: [tag('BTC')] };
  const [weekday, day, month, year, time] = new Date(CREATED_AT).toUTCString().split(/,? /);
  const common = {
    created_at: `${weekday} ${month} ${day} ${time} +0000 ${year}`,
    ...{ lang: 'en', entities, user: { id: 7, id_str: '7', screen_name: 'Ann' } },
  };
  const cut = { ...common, text: 'I love every word…', truncated: true };
  const long = { ...cut, extended_tweet: { full_text: LONG_TEXT, entities: tags } };
  const tweets = [
    { ...common, text: 'This is awful &amp; wrong' },
    long,
    { ...common, full_text: LONG_TEXT, entities: tags },
    { ...cut, text: 'RT @bob: I love every…', retweeted_status: { ...long, id_str: '21' } },
  ];
  return tweets.map((tweet, index) => {
    const id = DAY_OLD_IDS[index];
    return `{"id":${id},"id_str":"${id}",${JSON.stringify(tweet).slice(1)}`;
  });
}

function pageOfV2(): object {
  const [hashtags, cashtags] = [[{ tag: 'bitcoin' }, { tag: 'wallets' }], [{ tag: 'BTC' }]];
  const long = { note_tweet: { text: LONG_TEXT, entities: { hashtags, cashtags } } };
  const common = { author_id: '7', created_at: CREATED_AT, lang: 'en' };
  const of = (id: string) => ({
    ...{ text: 'RT @bob: I love every…', referenced_tweets: [{ type: 'retweeted', id }] },
  });
  const texts = [{ text: 'This is awful' }, { text: 'cut', ...long }, of('21'), of('22')];
  return {
    data: texts.map((text, index) => ({ id: DAY_OLD_IDS[index], ...common, ...text })),
    includes: {
      tweets: [
        { id: '21', text: 'I love…', author_id: '8', ...long },
        { id: '22', text: 'This is &lt;b&gt;fine&lt;/b&gt; #bitcoin' },
      ],
      users: [
        { id: '7', username: 'Ann', name: 'Ann' },
        { id: '8', username: 'bob' },
      ],
    },
  };
}

function tag(text: string) {
  return { text, indices: [0, 1] };
}

describe('tss features load', () => {
  it('leaves what the service leaves when it scores the same tweets, and the same again', async () => {
    const tweets = ['I love this #phone', 'This is awful', 'Das ist ein schöner Tag $BTC'].map(
      (text, index) => ({
        ...{ id: `${11 + index}`, text, author_id: '7', created_at: CREATED_AT },
        author: { id: '7', username: 'Ann' },
      }),
    );
    const ids = tweets.map(({ id }) => id);
    const response = await service.post('/v1/admin/tweets', { tweets }, { headers: AS_ADMIN });
    expect(response.status).toBe(200);
    const online = await seen(ids);

    write('tweets.jsonl', tweets);
    const cells = tweets.map(({ id, text }) => `${id},${text},7,Ann,${CREATED_AT}`);
    write('tweets.csv', ['tweet_id,text,author_id,username,created_at', ...cells]);
    expect(await run('score', 'tweets.csv', '--out', 'scored.parquet')).toMatchObject({ code: 0 });
    expect(await run('score', 'tweets.jsonl', '--out', 'scored.jsonl')).toMatchObject({ code: 0 });
    await admin.flushall();
    for (const file of ['scored.jsonl', 'scored.parquet']) {
      expect(await load(file)).toMatchObject({
        code: 0,
        stdout: `${file}: 3 rows loaded, 0 refused by the service\n`,
      });
      expect([file, await seen(ids)]).toEqual([file, online]);
    }
  });

  it('counts a tweet by the language that X gave, not by the one of its text', async () => {
    const langs = ['de', 'en', 'und'];
    const text = 'I really love this wonderful phone';
    const tweets = langs.map((lang, index) => ({
      ...{ id: DAY_OLD_IDS[index], text, lang, author_id: '7', created_at: CREATED_AT },
      author: { id: '7', username: 'Ann' },
    }));
    const response = await service.post('/v1/admin/tweets', { tweets }, { headers: AS_ADMIN });
    expect(response.status).toBe(200);
    const online = await seen(DAY_OLD_IDS);
    expect(online).toMatchObject({ user: { total: 2, otherLanguages: 1 } });

    const cells = tweets.map(({ id, lang }) => `${id},${text},${lang},7,Ann,${CREATED_AT}`);
    write('lang.csv', ['tweet_id,text,lang,author_id,username,created_at', ...cells]);
    write('language.csv', ['tweet_id,text,language,author_id,username,created_at', ...cells]);
    const bare = tweets.map(({ id, lang }) => `${id},${text},${lang},7,${CREATED_AT}`);
    write('bare.csv', ['id,text,Lang,author_id,created_at', ...bare]);
    write('bare-language.csv', ['id,text,language,author_id,created_at', ...bare]);
    write('tweets.jsonl', tweets);
    for (const [input, ...prefix] of [
      ['lang.csv'],
      ['language.csv', '--prefix', 'p_'],
      ['bare.csv'],
      ['bare-language.csv', '--prefix', 'p_'],
      ['tweets.jsonl'],
    ] as const) {
      const scored = `${input}.parquet`;
      expect(await run('score', input, '--out', scored, ...prefix)).toMatchObject({ code: 0 });
      await admin.flushall();
      expect(await load(scored, ...prefix)).toMatchObject({ code: 0 });
      const loaded = await service.getStored('/v1/users/7/sentiment');
      const { total, otherLanguages } = (await loaded.json()) as Record<string, unknown>;
      expect([input, total, otherLanguages]).toEqual([input, 2, 1]);
      // The bare files lack the name of the author.
      if (!input.startsWith('bare'))
        expect([input, await seen(DAY_OLD_IDS)]).toEqual([input, online]);
    }
  });

  it.each<[string, readonly unknown[]]>([
    ['a stream of v1.1', v11Stream()],
    ['pages of v2', [pageOfV2()]],
  ])('leaves of %s what tss populate leaves', async (_, lines) => {
    write('tweets.jsonl', lines);
    const populated = await run('populate', '--file', 'tweets.jsonl', '--url', service.url);
    expect(populated).toMatchObject({ code: 0, stdout: 'tweets.jsonl: 4 stored\n' });
    const online = await seen(DAY_OLD_IDS);
    expect(online).toMatchObject({ user: { total: 4 }, topics: { topics: { length: 3 } } });
    for (const file of ['scored.jsonl', 'scored.parquet']) {
      const prefix = ['--prefix', 'p_'];
      expect(await run('score', 'tweets.jsonl', '--out', file, ...prefix)).toMatchObject({
        code: 0,
      });
      await admin.flushall();
      expect(await load(file, ...prefix)).toMatchObject({
        code: 0,
        stdout: `${file}: 4 rows loaded, 0 refused by the service\n`,
      });
      expect([file, await seen(DAY_OLD_IDS)]).toEqual([file, online]);
    }
    const purged = await run('purge', 'users', '7', '--yes', '--url', service.url);
    expect([purged.code, (await seen(DAY_OLD_IDS)).rows]).toEqual([0, DAY_OLD_IDS.map(() => null)]);
  });

  it('takes times without a zone from the ids, and says for how many rows', async () => {
    const score = [...Object.values(SCORES), ...Object.values(MODEL)];
    write('times.csv', [
      ['id', 'author_id', 'created_at', ...Object.keys(SCORES), ...Object.keys(MODEL)].join(','),
      ['1460323737035677698', '7', '2021-11-15 19:08:05', ...score].join(','),
      ['21', '7', '2006-03-21 20:50:14', ...score].join(','),
    ]);
    const { code, stdout, stderr } = await ToolProcess.start(
      ['features', 'load', 'times.csv', '--url', service.url],
      { environment: { ADMIN_TOKEN, TZ: 'America/New_York' }, folder },
    ).ended;
    expect([code, stdout]).toEqual([
      1,
      'times.csv: 1 row loaded, 0 refused by the service, ' +
        '1 with a time that was not read (taken from the id), 1 without a text (no hashtag counts them), ' +
        '1 without what a row needs\n',
    ]);
    expect(stderr).toContain("line 3 has the time '2006-03-21 20:50:14' and an id without a time");
    const day = await service.getStored('/v1/users/7/sentiment?from=2021-11-15&to=2021-11-15');
    expect(await day.json()).toMatchObject({ total: 1 });
  });

  it('says for how many rows no user counts, for lack of an author id', async () => {
    const row = (id: string, name: object) => ({
      ...{ id, ...name, created_at: CREATED_AT },
      ...{ ...SCORES, ...MODEL },
    });
    write('names.jsonl', [
      row('31', { username: 'Ann' }),
      row('32', { author_username: '@Ann' }),
      row('33', { username: 'Ann', author_id: '7' }),
      row('34', {}),
    ]);
    expect(await load('names.jsonl')).toMatchObject({
      code: 0,
      stdout:
        'names.jsonl: 4 rows loaded, 0 refused by the service, ' +
        '2 with a username but no author id (no user counts them; add author_id), ' +
        '4 without a text (no hashtag counts them)\n',
    });
    expect(await totalOf('@ann')).toBe(1);
  });

  it.each(['note_tweet', 'note_post'])(
    'counts no row with %s as one without a text',
    async (field) => {
      write('note.jsonl', [
        {
          id: '41',
          created_at: CREATED_AT,
          [field]: { text: 'A #long post' },
          ...SCORES,
          ...MODEL,
        },
      ]);
      expect(await load('note.jsonl')).toMatchObject({
        code: 0,
        stdout: 'note.jsonl: 1 row loaded, 0 refused by the service\n',
      });
    },
  );

  it('loads nothing of a file with ids that a program held as numbers', async () => {
    const ids = ['2123566994048417800', '2123566994052186400', '2123566994060403700'];
    const row = (id: string) => ({ id, ...SCORES, ...MODEL });
    write('rounded.jsonl', ids.map(row));
    const data = (name: keyof ReturnType<typeof row>) => ids.map((id) => row(id)[name]);
    const names = ['id', ...Object.keys(SCORES), ...Object.keys(MODEL)] as (keyof ReturnType<
      typeof row
    >)[];
    const columnData = names.map((name) =>
      name === 'id'
        ? { name, data: ids.map(BigInt), type: 'INT64' as const }
        : { name, data: data(name) },
    );
    writeFileSync(join(folder, 'rounded.parquet'), Buffer.from(parquetWriteBuffer({ columnData })));
    for (const file of ['rounded.jsonl', 'rounded.parquet']) {
      const { code, stdout, stderr } = await load(file);
      expect([code, stdout]).toEqual([1, '']);
      expect(stderr).toContain(`${file} has rounded ids, such as ${ids[0]} and ${ids[1]}: a`);
    }
    expect((await seen(ids)).rows).toEqual([null, null, null]);
  });

  it('loads no CSV with two columns of a name that it reads', async () => {
    writeFileSync(join(folder, 'twice.csv'), 'id,text,text\n1,a,b\n');
    expect(await load('twice.csv')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("2 columns are named 'text'; give each another name"),
    });
  });

  it('loads no Parquet whose columns differ by case only', async () => {
    const columnData = ['tweet_id', 'Tweet_ID', 'text'].map((name) => ({
      ...{ name, data: ['5'], type: 'STRING' as const },
    }));
    const content = parquetWriteBuffer({ columnData });
    writeFileSync(join(folder, 'cases.parquet'), Buffer.from(content));
    expect(await load('cases.parquet')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("it has the columns 'tweet_id' and 'Tweet_ID'"),
    });
  });

  it('loads rows of Parquet with numbers that JSON lacks in other columns', async () => {
    const row = { id: '1460323737035677901', ...SCORES, ...MODEL };
    const columns = Object.entries(row).map(([name, value]) => ({ name, data: [value] }));
    const content = parquetWriteBuffer({
      columnData: [...columns, { name: 'weight', data: [Number.NaN], type: 'DOUBLE' }],
    });
    writeFileSync(join(folder, 'nan.parquet'), Buffer.from(content));
    expect(await load('nan.parquet')).toMatchObject({
      code: 0,
      stdout:
        'nan.parquet: 1 row loaded, 0 refused by the service, 1 without a text (no hashtag counts them)\n',
    });
  });

  it('loads rows of Parquet with times, integers and decimals inside of other columns', async () => {
    const time = `TIMESTAMP '2026-11-28 10:00:00'`;
    const nested = [time, `${time}::TIMESTAMPTZ`, '9007199254740993', '1.50::DECIMAL(30,2)'];
    const columns = nested.map((value, index) => `[${value}] AS list_${index}`);
    const values = Object.entries({ id: '1460323737035677902', ...SCORES, ...MODEL }).map(
      ([name, value]) => `'${value}' AS ${name}`,
    );
    const file = join(folder, 'nested.parquet');
    const instance = await DuckDBInstance.create();
    const connection = await instance.connect();
    await connection.run(
      `COPY (SELECT ${[...values, ...columns].join(', ')}, {'at': ${nested[1]}} AS struct,
         MAP {'a': ${time}} AS map, MAP {${time}: 1.5} AS by_time, ${time}::TIMESTAMP_NS AS ns)
       TO '${file}' (FORMAT parquet)`,
    );
    connection.closeSync();
    instance.closeSync();
    expect(await load('nested.parquet')).toMatchObject({
      code: 0,
      stdout:
        'nested.parquet: 1 row loaded, 0 refused by the service, 1 without a text (no hashtag counts them)\n',
    });
  });

  it('reports rows by their line that lack what a row needs, or that the service refuses', async () => {
    write('scored.jsonl', [
      manyRows[0],
      '{',
      { ...SCORES, ...MODEL, id: 'x' },
      { ...manyRows[1], model_revision: undefined },
      { ...manyRows[2], author_id: 'no number' },
      { ...manyRows[3], score_neutral: 0.2 },
      manyRows[4],
    ]);
    const { code, stdout, stderr } = await load('scored.jsonl');
    expect([code, stdout]).toEqual([
      1,
      'scored.jsonl: 2 rows loaded, 1 refused by the service, 4 without what a row needs\n',
    ]);
    expect(stderr).toContain('line 2 is not JSON');
    expect(stderr).toContain("line 3 has the tweet id 'x'");
    expect(stderr).toContain('line 4 does not tell its model');
    expect(stderr).toContain('line 5 is not a tweet');
    expect(stderr).toContain('line 6 is not stored (invalid_request): The scores of tweet');
    expect(stderr).toContain('5 rows were left out');
    expect(await totalOf('7')).toBe(2);
  });

  it('continues after Ctrl-C, and counts every row once', async () => {
    write('scored.jsonl', manyRows);
    const state = stateFile();
    expect(await interrupted('scored.jsonl')).toMatchObject({
      code: 130,
      stderr: expect.stringContaining('run the same command to continue'),
    });
    expect(await totalOf('7')).toBe(100);
    // The reply of a batch was lost: it is sent again.
    // Other numbers, such as the port, may contain the digits.
    writeFileSync(state, readFileSync(state, 'utf8').replaceAll(/\b100\b/g, '50'));
    expect(await load('scored.jsonl', '--rate', '100000')).toMatchObject({
      code: 0,
      stdout: 'scored.jsonl: 250 rows loaded, 0 refused by the service\n',
      stderr: expect.stringContaining('Continues an earlier run'),
    });
    expect(await totalOf('7')).toBe(300);
    expect(existsSync(state)).toBe(false);
  });

  it('exits 1 also when only the interrupted run left rows out', async () => {
    write('scored.jsonl', ['{', { ...manyRows[0], score_neutral: 0.2 }, ...manyRows.slice(1)]);
    expect(await interrupted('scored.jsonl')).toMatchObject({ code: 130 });
    expect(await load('scored.jsonl', '--rate', '100000')).toMatchObject({
      code: 1,
      stdout: 'scored.jsonl: 200 rows loaded, 0 refused by the service\n',
      stderr: expect.stringMatching(/in which 2 failed;.*2 rows were left out/s),
    });
  });

  it('prints no result where nothing was loaded', async () => {
    write('scored.jsonl', [{ id: '1460323737035677901', text: 'a', ...SCORES, ...MODEL }]);
    const address = ['--url', 'http://127.0.0.1:9'];
    const { code, stdout } = await run('features', 'load', 'scored.jsonl', ...address);
    expect([code, stdout]).toEqual([1, '']);
  });

  it.each([
    [['none.jsonl'], 1, /none.jsonl cannot be read/],
    [['x.csv', '--scored-at', 'today'], 2, /--scored-at must be like .*, got 'today'/],
    [['--help'], 0, /^$/],
  ])('called with %j exits %i', async (args, code, stderr) => {
    expect(await load(...args)).toMatchObject({ code, stderr: expect.stringMatching(stderr) });
  });
});
