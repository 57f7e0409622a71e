import { appendFileSync, existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { snowflakeIdAt } from '../../../../service/domain/snowflake.ts';
import { ServiceProcess } from '../../../helpers/service-process.ts';
import { runTool, type ToolEnd, ToolProcess } from '../../../helpers/tool-process.ts';
import { XApiStub } from '../../../helpers/x-api-stub.ts';

const ADMIN_TOKEN = 'admin-token-of-the-test';
const NASA = { id: '11348282', username: 'NASA' };

let service: ServiceProcess;
let x: XApiStub;
let folder: string;

beforeAll(async () => {
  service = await ServiceProcess.start({
    ADMIN_TOKEN,
    TWEET_SOURCE: 'fixture',
    MAX_BODY_BYTES: '65536',
  });
});
afterAll(() => service?.stop());
beforeEach(async () => {
  x = await XApiStub.start();
  folder = mkdtempSync(join(tmpdir(), 'populate-'));
});
afterEach(() => x.close());

const stateFile = () => join(folder, '.populate-state.json');

function start(...args: string[]): ToolProcess {
  const environment = { ADMIN_TOKEN, X_BEARER_TOKEN: 'bearer-token-of-the-test', X_API_URL: x.url };
  return ToolProcess.start(['populate', '--url', service.url, ...args], { environment, folder });
}

const run = (...args: string[]): Promise<ToolEnd> => start(...args).ended;

/** Tweets of an account that no other test has, the newest today. */
function tweetsOf(user: { id: string; username: string }, count: number, text = 'I love this') {
  const nowMs = Date.now();
  return Array.from({ length: count }, (_, index) => ({
    id: String(
      (BigInt(nowMs - index * 1_000 - 1_288_834_974_657) << 22n) + BigInt(Number(user.id) % 1000),
    ),
    text: `${text} ${index}`,
    author_id: user.id,
    created_at: new Date(nowMs - index * 1_000).toISOString(),
  }));
}

interface Aggregate {
  readonly total: number;
  readonly code?: string;
}

async function aggregate(entity: 'users' | 'topics', name: string): Promise<Aggregate> {
  const response = await service.get(`/v1/${entity}/${encodeURIComponent(name)}/sentiment`);
  return (await response.json()) as Aggregate;
}

describe('populate --user', () => {
  it('reads the timeline up to the limit, stores it, and says what it cost', async () => {
    x.serve({ users: [NASA], tweets: tweetsOf(NASA, 300), includes: { users: [NASA] } });
    const { code, stdout, stderr } = await run('--user', '@nasa', '--limit', '250');
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout:
        '@nasa: 250 stored\n' +
        'X reads: 250 posts and 1 user, about $1.26 (X bills a post once in a UTC day).\n',
    });
    expect(stderr).toMatch(
      /^@nasa {2}0\/250 {2}0 %\n(?:@nasa .*\n)*@nasa {2}250\/250 {2}100 %(?: {2}\d+\/s)?\n$/,
    );
    expect(x.requests.map(({ path, query }) => [path, query.get('max_results')])).toEqual([
      ['/2/users/by/username/nasa', null],
      [`/2/users/${NASA.id}/tweets`, '100'],
      [`/2/users/${NASA.id}/tweets`, '100'],
      [`/2/users/${NASA.id}/tweets`, '50'],
    ]);
    expect(await aggregate('users', '@NASA')).toMatchObject({ total: 250 });
    expect(existsSync(stateFile())).toBe(false);
  });

  it('ends when the timeline does', async () => {
    const user = { id: '700', username: 'short_timeline' };
    x.serve({ users: [user], tweets: tweetsOf(user, 7), includes: { users: [user] } });
    const { code, stdout } = await run('--user', 'short_timeline');
    expect([code, stdout]).toEqual([0, expect.stringContaining('@short_timeline: 7 stored\n')]);
  });

  it('says so when X knows no such user', async () => {
    const { code, stderr } = await run('--user', 'nobody_at_all');
    expect([code, stderr]).toEqual([1, expect.stringContaining('X shows no user @nobody_at_all')]);
  });
});

describe('populate --topic', () => {
  it('searches without retweets, and counts the tweets under the name it was given', async () => {
    const user = { id: '701', username: 'searcher' };
    x.serve({ tweets: tweetsOf(user, 12, 'Hooray for Tokamak Day') });
    const { code } = await run('--topic', 'Tokamak Day', '--limit', '3');
    expect(code).toBe(0);
    expect(
      x.requests.map(({ path, query }) => [path, query.get('query'), query.get('max_results')]),
    ).toEqual([['/2/tweets/search/recent', '"Tokamak Day" -is:retweet', '10']]);
    expect(await aggregate('topics', 'tokamak day')).toMatchObject({ total: 3 });
  });

  it('waits for the end of a rate limit, and says until when', async () => {
    x.serve({ tweets: tweetsOf({ id: '702', username: 'a' }, 3, 'so sad about #ratelimited') });
    let reset = Number.NaN;
    x.script(() => {
      reset = Math.ceil(Date.now() / 1_000) + 2;
      const headers = { 'x-rate-limit-remaining': '0', 'x-rate-limit-reset': String(reset) };
      return { status: 429, headers, body: {} };
    });
    const { code, stdout, stderr } = await run('--topic', '#ratelimited');
    expect([code, stdout]).toEqual([0, expect.stringContaining('#ratelimited: 3 stored')]);
    expect(stderr).toMatch(/X rate limit: waiting until \d\d:\d\d:\d\d\n/);
    expect(Date.now()).toBeGreaterThanOrEqual(reset * 1_000);
  });

  it('tries again when X breaks off', async () => {
    x.serve({ tweets: tweetsOf({ id: '703', username: 'b' }, 3, 'on and off #flaky') });
    x.script('reset', { status: 503, body: {} });
    const { code, stdout } = await run('--topic', '#flaky');
    expect([code, stdout]).toEqual([0, expect.stringContaining('#flaky: 3 stored')]);
  });

  it.each([
    [
      'a usage cap',
      429,
      { type: 'https://api.twitter.com/2/problems/usage-capped' },
      /usage cap or credit/,
    ],
    ['a refused token', 401, {}, /status 401; check X_BEARER_TOKEN/],
  ])('ends at %s with what to do', async (_case, status, body, message) => {
    x.script({ status, body });
    const { code, stderr } = await run('--topic', '#refused');
    expect([code, stderr]).toEqual([1, expect.stringMatching(message)]);
    expect(stderr).not.toMatch(/bearer-token-of-the-test|\n\s+at /);
    expect(x.requests).toHaveLength(1);
  });
});

describe('populate --query and --lang', () => {
  it('search by the operators of X, in one language', async () => {
    x.serve({ tweets: [] });
    await run('--query', 'cats OR dogs', '--topic', '#pets', '--lang', 'en');
    await run('--query', 'from:nasa -is:reply', '--limit', '500');
    expect(x.requests.map(({ query }) => query.get('query')).toSorted()).toEqual([
      '#pets -is:retweet lang:en',
      '(cats OR dogs) lang:en',
      'from:nasa -is:reply',
    ]);
  });

  it.each([
    ['id', 'in', 'id'],
    ['in', 'in', 'id'],
    ['iw', 'iw', 'he'],
    ['nb', 'no', 'no'],
    ['tl', 'tl', 'tl'],
  ])(
    'of %s search by the code that X takes, and store what X calls %s',
    async (given, told, code) => {
      const tweets = tweetsOf({ id: '731', username: 'polyglot' }, 2, `cats lang:${code}`);
      x.serve({ tweets: tweets.map((tweet) => ({ ...tweet, lang: told })) });
      const { stdout } = await run('--query', 'cats', '--lang', given);
      expect(x.requests.map(({ query }) => query.get('query'))).toEqual([
        `cats lang:${code}`,
        `cats lang:${code}`,
      ]);
      expect(stdout).toContain('cats: 2 stored');
    },
  );

  it('says so when X finds nothing', async () => {
    x.serve({ tweets: [] });
    const { code, stderr } = await run('--query', 'xyzzy');
    expect([code, stderr]).toEqual([0, expect.stringContaining('xyzzy: there are no tweets')]);
  });

  it('store only tweets of a file in that language, or in one that is not told', async () => {
    const path = join(folder, 'languages.jsonl');
    const tweets = [
      { id: '1460323737035677641', text: 'fine', lang: 'en' },
      { id: '1460323737035677642', text: 'schlecht', lang: 'de' },
      { id: '1460323737035677643', text: 'ok', lang: 'und' },
      { id: '1460323737035677644', text: 'good' },
    ];
    writeFileSync(path, tweets.map((tweet) => JSON.stringify(tweet)).join('\n'));
    const { code, stdout } = await run('--file', path, '--lang', 'en');
    expect([code, stdout]).toEqual([0, `${path}: 3 stored, 1 in other languages left out\n`]);
  });

  it('end with 1 when tweets were found, but none was stored', async () => {
    const path = join(folder, 'other.jsonl');
    writeFileSync(path, '{"id":"1460323737035677645","text":"schlecht","lang":"de"}');
    const { code, stderr } = await run('--file', path, '--lang', 'en');
    expect([code, stderr]).toEqual([
      1,
      expect.stringContaining(`None of the tweets of ${path} was stored.`),
    ]);
  });
});

describe('populate that is stopped', () => {
  it('by Ctrl-C exits 130, and goes on where it was with the same command', async () => {
    const user = { id: '704', username: 'interrupted' };
    const tweets = tweetsOf(user, 250);
    x.serve({ users: [user], tweets, includes: { users: [user] } });
    const first = start('--user', 'interrupted', '--limit', '250');
    // The user, a first page, and a second that never comes.
    await x.nextRequest();
    await x.nextRequest();
    x.script('hang');
    await x.nextRequest();
    first.interrupt();
    const stopped = await first.ended;
    expect(stopped.code).toBe(130);
    expect(stopped.stdout).toContain('@interrupted: 100 stored\n');
    expect(stopped.stderr).toContain('Stopped; run the same command to continue.\n');
    expect(stopped.stdout).toContain('X reads: 100 posts and 1 user');
    expect(stopped.stderr).not.toMatch(/\n\s+at /);

    x.requests.length = 0;
    const { code, stdout, stderr } = await run('--user', 'interrupted', '--limit', '250');
    expect([code, stdout]).toEqual([0, expect.stringContaining('@interrupted: 150 stored\n')]);
    expect(stderr).toMatch(
      /^Continues an earlier run of @interrupted; --restart .*\n@interrupted {2}100\/250 {2}40 %\n/,
    );
    expect(x.requests[1]?.query.get('until_id')).toBe(tweets[99]?.id);
    expect(await aggregate('users', '@interrupted')).toMatchObject({ total: 250 });
  });

  it('sends the whole file if the next command has another service or --lang', async () => {
    const file = join(folder, 'tweets.jsonl');
    const tweets = tweetsOf({ id: '711', username: 'moved' }, 1_500);
    writeFileSync(file, tweets.map((tweet) => JSON.stringify({ ...tweet, lang: 'en' })).join('\n'));
    const words = ['--file', file, '--lang', 'en'];
    expect(await start(...words).interruptOnce(stateFile())).toMatchObject({ code: 130 });
    const other = await ServiceProcess.start({ ADMIN_TOKEN, TWEET_SOURCE: 'fixture' });
    try {
      const moved = await runTool(['populate', '--url', other.url, ...words], {
        environment: { ADMIN_TOKEN },
        folder,
      });
      expect(moved).toMatchObject({ code: 0, stdout: `${file}: 1500 stored\n` });
    } finally {
      await other.stop();
    }
    expect(await run('--file', file, '--lang', 'de')).toMatchObject({
      stdout: `${file}: 0 stored, 1500 in other languages left out\n`,
    });
    expect(await run('--file', file)).toMatchObject({ stdout: `${file}: 1500 stored\n` });
    const { stderr } = await run(...words);
    expect(stderr).toMatch(/ [1-9]\d+\/1500 {2}\d+ %\n/);
  });

  it('starts a search again if X no longer finds what would follow', async () => {
    const eightDaysMs = 8 * 24 * 3_600_000;
    x.serve({ tweets: tweetsOf({ id: '712', username: 'late' }, 3, 'it is late #stale') });
    const cursor = snowflakeIdAt(Date.now() - eightDaysMs, 0);
    const progress = { cursor, done: 400, savedMs: Date.now() };
    writeFileSync(
      stateFile(),
      JSON.stringify({ [`populate:${service.url}::topic:#stale`]: progress }),
    );
    const { code, stdout } = await run('--topic', '#stale');
    expect([code, stdout]).toEqual([0, expect.stringContaining('#stale: 3 stored\n')]);
    expect(x.requests[0]?.query.has('until_id')).toBe(false);
    expect(existsSync(stateFile())).toBe(false);
  });

  it.each<[string, () => object, string[]]>([
    ['stopped more than a day ago', () => ({ savedMs: Date.now() - 25 * 3_600_000 }), []],
    ['is of an earlier version, which kept no time', () => ({}), []],
    ['is to be read again', () => ({ savedMs: Date.now() }), ['--restart']],
  ])('starts over with users, topics and queries if their run %s', async (_, time, words) => {
    const user = { id: '719', username: 'newer' };
    const tweets = tweetsOf(user, 3, 'so new #newer');
    x.serve({ users: [user], tweets });
    const progress = { cursor: tweets[1]?.id, done: 1, ...time() };
    const jobs = ['user:newer', 'topic:#newer', 'query:so new'];
    const state = jobs.map((job) => [`populate:${service.url}::${job}`, progress]);
    writeFileSync(stateFile(), JSON.stringify(Object.fromEntries(state)));
    const choice = ['--user', 'newer', '--topic', '#newer', '--query', 'so new'];
    const { code, stdout, stderr } = await run(...choice, ...words);
    expect([code, stdout.match(/: 3 stored\n/g)]).toEqual([0, Array(3).fill(': 3 stored\n')]);
    expect(stderr).not.toContain('Continues');
  });

  it('asks a search for nothing before the seven days that X covers', async () => {
    const weekMs = 7 * 24 * 3_600_000;
    const [tweet] = tweetsOf({ id: '732', username: 'edge' }, 1, 'so far away #edge');
    x.serve({ tweets: [{ ...tweet, text: '#edge', id: snowflakeIdAt(Date.now() - weekMs, 0) }] });
    expect(await run('--query', '#edge')).toMatchObject({ code: 0 });
    expect(x.requests).toHaveLength(1);
  });

  it('shows the sample from its beginning, which is sent as a whole', async () => {
    const progress = { cursor: '100', done: 200 };
    writeFileSync(stateFile(), JSON.stringify({ [`populate:${service.url}::sample`]: progress }));
    const { code, stderr } = await run('--sample');
    expect(code).toBe(0);
    expect(stderr).toMatch(/^sample {2}0\/4\d\d {2}0 %\n/);
    expect(stderr).toMatch(/ (\d+)\/\1 {2}100 %(?: {2}\d+\/s)?\n$/);
  });

  it('by SIGTERM exits 143', async () => {
    x.script('hang');
    const tool = start('--topic', '#terminated');
    await x.nextRequest();
    tool.interrupt('SIGTERM');
    expect((await tool.ended).code).toBe(143);
  });
});

describe('populate --file', () => {
  const write = (...lines: unknown[]) => {
    const path = join(folder, 'tweets.jsonl');
    writeFileSync(
      path,
      lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n'),
    );
    return path;
  };

  it('sends the tweets of a file, in parts that the service takes', async () => {
    // 150 tweets of 2,000 characters are over its 64 KiB many times.
    const long = 'What a wonderful day it is. '.repeat(70);
    const tweets = tweetsOf({ id: '705', username: 'filed' }, 150, long);
    const author = { id: '705', username: 'filed' };
    const path = write(...tweets.map((tweet) => ({ ...tweet, author, topics: ['Filed'] })), '');
    const { code, stdout } = await run('--file', path);
    expect([code, stdout]).toEqual([0, `${path}: 150 stored\n`]);
    expect(await aggregate('topics', 'filed')).toMatchObject({ total: 150 });
  });

  it('says what was not stored, and why', async () => {
    const path = write(
      { id: '1460323737035677621', text: 'fine' },
      { id: '1460323737035677622', text: ' ' },
      { id: '1460323737035677623', text: '' },
    );
    const { code, stdout } = await run('--file', path);
    expect([code, stdout]).toEqual([0, `${path}: 1 stored, 2 not (empty_text 2)\n`]);
  });

  it('sends a tweet alone that is too large for the service, and counts it', async () => {
    const path = write(
      { id: '1460323737035677624', text: 'x'.repeat(70_000) },
      { id: '1460323737035677625', text: 'fine' },
    );
    const { code, stdout } = await run('--file', path);
    expect([code, stdout]).toEqual([0, `${path}: 1 stored, 1 not (body_too_large 1)\n`]);
  });

  it('names the lines that are not tweets, stores the others, and exits 1', async () => {
    const path = write(
      { id: '1460323737035677626', text: 'fine' },
      '{"id": "1", "text"',
      '{"id": 1, "text": "a"}',
      {
        id: '1460323737035677627',
        text: 'fine',
        author_id: null,
        entities: null,
      },
    );
    appendFileSync(
      path,
      Buffer.from('\n{"id":"1460323737035677628","text":"caf\xe9"}\n', 'latin1'),
    );
    const { code, stdout, stderr } = await run('--file', path);
    expect([code, stdout]).toEqual([1, `${path}: 2 stored, 3 lines left out\n`]);
    expect(stderr).toContain(`${path}: line 2 is not JSON; it is left out.\n`);
    expect(stderr).toContain(`${path}: line 3 is not a tweet: it needs at least an id`);
    expect(stderr).toContain(`${path}: line 5 is not UTF-8; it is left out.\n`);
    expect(stderr).toContain('3 lines are not tweets and were left out; correct them');
  });

  it('exits 1 also where an interrupted run left out the line', async () => {
    const user = { id: '709', username: 'twice' };
    const path = write('{"id": "1", "text"', ...tweetsOf(user, 1_500));
    expect(await start('--file', path).interruptOnce(stateFile())).toMatchObject({ code: 130 });
    const { code, stderr } = await run('--file', path);
    expect([code, stderr]).toEqual([
      1,
      expect.stringContaining('1 line is not a tweet and was left out; correct it, and'),
    ]);
  });

  it('reads line separators inside of a text, a byte order mark and CRLF', async () => {
    const path = join(folder, 'separators.jsonl');
    const text = 'I love\u2028this\u2029one';
    const tweets = [
      { id: '1460323737035677631', text, created_at: '0001-01-01T00:00:00Z' },
      { id: '1460323737035677632', text },
    ];
    writeFileSync(path, `\ufeff${tweets.map((tweet) => JSON.stringify(tweet)).join('\r\n')}\r\n`);
    const { code, stdout } = await run('--file', path);
    const unread = '1 with a time that was not read (taken from the id)';
    expect([code, stdout]).toEqual([0, `${path}: 2 stored, ${unread}\n`]);
  });

  it('leaves out tweets whose time neither the file nor their id tells', async () => {
    const path = write(
      { id: '20', text: 'just setting up my twttr' },
      { id: '21', text: 'fine', created_at: '0001-01-01T00:00:00Z' },
      { id: '22', text: 'fine', created_at: '2006-03-21T20:50:14Z' },
    );
    const { code, stdout, stderr } = await run('--file', path);
    expect([code, stdout]).toEqual([1, `${path}: 1 stored, 2 lines left out\n`]);
    expect(stderr).toContain('line 1 has no time and an id without a time; add created_at, such');
    expect(stderr).toContain("line 2 has the time '0001-01-01T00:00:00.000Z' and an id without a");
    const stored = await service.get('/v1/features/tweets?ids=20,21,22');
    expect(await stored.json()).toMatchObject({
      rows: [null, null, { eventTimestamp: '2006-03-21T20:50:14.000Z' }],
    });
  });

  it('names the tweet that the service refuses, and stores the others of its batch', async () => {
    const path = write(
      { id: '1460323737035677633', text: 'fine' },
      { id: '9999999999999999999', text: 'over 2^63' },
      { id: '1460323737035677634', text: ' ' },
      { id: '1460323737035677635', text: 'fine' },
    );
    const { code, stdout, stderr } = await run('--file', path);
    expect([code, stdout]).toEqual([
      0,
      `${path}: 2 stored, 2 not (invalid_tweet_id 1, empty_text 1)\n`,
    ]);
    expect(stderr).toContain(`${path}: line 2 is not stored (invalid_tweet_id): `);
    expect(stderr).toContain(`${path}: line 3 is not stored (empty_text): `);
  });

  it.each([
    'Text;created_at;author_id;username;id',
    'text;tweet_created_at;author.id;author_username;tweet_id',
  ])('reads CSV with the columns of a tweet in any order, such as %s', async (header) => {
    const path = join(folder, 'tweets.csv');
    writeFileSync(
      path,
      `${header}\n` +
        '"so ""good"";\nthis";2021-11-15T19:08:05.000Z;706;@csv_author;1460323737035677601\n' +
        'bad;;706;csv_author;1.46E+18\nfine;;706;csv_author;1460323737035677602\n',
    );
    const { code, stdout, stderr } = await run('--file', path);
    expect([code, stdout]).toEqual([1, `${path}: 2 stored, 1 line left out\n`]);
    expect(stderr).toContain('line 4 has a rounded id; spreadsheets must keep ids as text');
    const { rows } = (await (
      await service.get('/v1/features/tweets?ids=1460323737035677601')
    ).json()) as { rows: unknown[] };
    expect(rows[0]).toMatchObject({
      eventTimestamp: '2021-11-15T19:08:05.000Z',
      authorId: '706',
      authorUsername: 'csv_author',
      text: 'so "good";\nthis',
    });
  });

  it('says for how many tweets of CSV no user counts, for lack of an author id', async () => {
    const path = join(folder, 'names.csv');
    const authors = ['@nameless,', 'nameless,', 'named,710', ','];
    const lines = tweetsOf({ id: '710', username: 'named' }, 4).map(
      ({ id, text }, index) => `${id},${authors[index]},${text}`,
    );
    writeFileSync(path, ['id,username,author_id,text', ...lines].join('\n'));
    const { code, stdout } = await run('--file', path);
    expect([code, stdout]).toEqual([
      0,
      `${path}: 4 stored, 2 with a username but no author id (no user counts them; add author_id)\n`,
    ]);
    expect(await aggregate('users', '@named')).toMatchObject({ total: 1 });
  });

  it('keeps the name beside an author id in JSON Lines, as in CSV', async () => {
    const [one, two, three] = tweetsOf({ id: '713', username: 'json_named' }, 3);
    const nameless = { author_id: undefined, author_username: 'nameless' };
    const path = write(
      { ...one, username: '@json_named' },
      { ...two, author_username: 'json_named' },
      { ...three, ...nameless },
    );
    const { code, stdout } = await run('--file', path);
    expect([code, stdout]).toEqual([
      0,
      `${path}: 3 stored, 1 with a username but no author id (no user counts them; add author_id)\n`,
    ]);
    expect(await aggregate('users', '@json_named')).toMatchObject({ total: 2 });
  });

  it('stores the whole text of long posts in the CSV of twarc, and its topics', async () => {
    const path = join(folder, 'long.csv');
    const ids = ['1460323737035677661', '1460323737035677662'];
    writeFileSync(
      path,
      `id,text,note_tweet.text\n${ids[0]},I love it…,I love it no more #posts\n${ids[1]},short,\n`,
    );
    expect(await run('--file', path)).toMatchObject({ code: 0, stdout: `${path}: 2 stored\n` });
    const stored = await service.get(`/v1/features/tweets?ids=${ids.join(',')}`);
    expect(await stored.json()).toMatchObject({
      rows: [{ text: 'I love it no more #posts' }, { text: 'short' }],
    });
    const topic = await service.get('/v1/topics/%23posts/sentiment?from=2021-11-15&to=2021-11-15');
    expect(await topic.json()).toMatchObject({ total: 1 });
  });

  it.each([
    ['pandas', ',id,text', (id: string, row: number) => `${row},${id},I love it #index`],
    ['R', '"","id","text"', (id: string, row: number) => `"${row + 1}","${id}","I love it #index"`],
    ['a spreadsheet', 'id;text;', (id: string) => `${id};I love it #index;checked by Ann`],
    [
      'SQL, with the number of its row as id,',
      'id,tweet_id,text',
      (id: string, row: number) => `${row + 1},${id},I love it #index`,
    ],
  ])('reads the columns it knows of CSV of %s, and no others', async (_, header, line) => {
    const path = join(folder, 'index.csv');
    const ids = ['1460323737035677671', '1460323737035677672'];
    writeFileSync(path, [header, ...ids.map(line)].join('\n'));
    expect(await run('--file', path)).toMatchObject({ code: 0, stdout: `${path}: 2 stored\n` });
    const stored = await service.get(`/v1/features/tweets?ids=${ids.join(',')}`);
    const row = { text: 'I love it #index', topics: ['#index'], label: 'positive' };
    expect(await stored.json()).toMatchObject({
      rows: [
        { ...row, authorId: null, authorUsername: null },
        { ...row, authorId: null, authorUsername: null },
      ],
    });
  });

  it('names the field of a tweet that is not as X writes it', async () => {
    const path = join(folder, 'fields.csv');
    const id = '14603237370356776';
    writeFileSync(
      path,
      [
        'id,text,author_id,username',
        `${id}51,fine,53247119.0,jack`,
        `${id}52,fine,12,Jack Dorsey`,
        `${id}53,fine,12,jack`,
      ].join('\n'),
    );
    const { code, stdout, stderr } = await run('--file', path);
    expect([code, stdout]).toEqual([1, `${path}: 1 stored, 2 lines left out\n`]);
    const reason = 'is not as X writes it, got';
    expect(stderr).toContain(`line 2 is not a tweet: its author_id ${reason} "53247119.0"`);
    expect(stderr).toContain(`line 3 is not a tweet: its author.username ${reason} "Jack Dorsey"`);
  });

  it.each([
    ['CSV', 'rounded.csv', (id: string) => `${id},I love it`, ['id,text']],
    ['JSON Lines', 'rounded.jsonl', (id: string) => JSON.stringify({ id, text: 'I love it' }), []],
  ])('sends nothing of %s with ids that a spreadsheet rounded', async (_, name, line, header) => {
    const path = join(folder, name);
    const ids = ['2123566994048420000', '2123566994052180000'];
    writeFileSync(path, [...header, ...ids.map(line)].join('\n'));
    const { code, stdout, stderr } = await run('--file', path);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain(
      `${path} has rounded ids, such as ${ids.join(' and ')}: a spreadsheet,`,
    );
    const stored = await service.get(`/v1/features/tweets?ids=${ids.join(',')}`);
    expect(await stored.json()).toMatchObject({ rows: [null, null] });
  });

  it('takes from the id a time of CSV without a zone, and leaves the line out if the id has none', async () => {
    const path = join(folder, 'times.csv');
    const ids = ['1460323737035677651', '1460323737035677652', '1460323737035677653'];
    writeFileSync(
      path,
      `id,text,created_at\n${ids[0]},I love it,2021-11-15 19:08:05\n` +
        `${ids[1]},I love it,11/15/2021 19:08\n${ids[2]},I love it,2021-11-15 18:08:05-01\n` +
        '20,I love it,2006-03-21 20:50:14\n',
    );
    const { code, stdout, stderr } = await ToolProcess.start(
      ['populate', '--url', service.url, '--file', path],
      { environment: { ADMIN_TOKEN, TZ: 'America/New_York' }, folder },
    ).ended;
    expect([code, stdout]).toEqual([
      1,
      `${path}: 3 stored, 2 with a time that was not read (taken from the id), 1 line left out\n`,
    ]);
    expect(stderr).toContain("line 5 has the time '2006-03-21 20:50:14' and an id without a time");
    const { rows } = (await (
      await service.get(`/v1/features/tweets?ids=${ids.join(',')}`)
    ).json()) as { rows: { eventTimestamp: string }[] };
    expect(rows.map(({ eventTimestamp }) => eventTimestamp.slice(0, 16))).toEqual(
      Array.from({ length: 3 }, () => '2021-11-15T19:08'),
    );
  });

  it("reads pages as twarc writes them, with authors and retweets' originals", async () => {
    const page = (first: number) => ({
      data: Array.from({ length: 60 }, (_, index) => ({
        id: String(first + index),
        text: 'RT @a: great…',
        author_id: '707',
        created_at: new Date().toISOString(),
        referenced_tweets: [{ type: 'retweeted', id: '1460323737035677603' }],
      })),
      includes: {
        users: [{ id: '707', username: 'paged' }],
        tweets: [{ id: '1460323737035677603', text: 'a great day #pages', author_id: '708' }],
      },
      meta: { result_count: 60 },
    });
    const path = write(page(5_000), page(6_000));
    const { code, stdout } = await run('--file', path);
    expect([code, stdout]).toEqual([0, `${path}: 120 stored\n`]);
    expect(await aggregate('users', '@paged')).toMatchObject({ total: 120 });
    expect(await aggregate('topics', '#pages')).toMatchObject({ total: 120 });
  });

  it("reads an archive's tweets.js", async () => {
    const tweet = (id: number) => ({
      tweet: {
        id_str: String(1_460_323_737_035_670_000n + BigInt(id)),
        full_text: 'what a "day" ] } #archived',
        created_at: 'Mon Nov 15 19:08:05 +0000 2021',
        lang: 'en',
        entities: { hashtags: [{ text: 'Archived', indices: ['0', '1'] }], symbols: [] },
      },
    });
    const path = join(folder, 'tweets.js');
    const tweets = Array.from({ length: 120 }, (_, index) => tweet(index));
    const content = JSON.stringify([...tweets, { tweet: {} }], null, 2);
    writeFileSync(path, `window.YTD.tweets.part0 = ${content}`);
    const { code, stdout } = await run('--file', path);
    expect([code, stdout]).toEqual([1, `${path}: 120 stored, 1 line left out\n`]);
    const range = await service.get(
      '/v1/topics/%23archived/sentiment?from=2021-11-15&to=2021-11-15',
    );
    expect(await range.json()).toMatchObject({ total: 120 });
  });

  it('names a file that is not there', async () => {
    const { code, stderr } = await run('--file', '/does/not/exist.jsonl');
    expect([code, stderr]).toEqual([
      1,
      expect.stringContaining('/does/not/exist.jsonl cannot be read: ENOENT: no such file'),
    ]);
  });
});

describe('populate --sample', () => {
  interface Users {
    readonly users: readonly { user: { id: string }; total: number }[];
  }
  const invented = async () => {
    const { users } = (await (await service.get('/v1/users?limit=100')).json()) as Users;
    return users.filter(({ user }) => user.id.startsWith('90000000000000'));
  };

  it('fills the store with 30 days of invented tweets, and twice is as good as once', async () => {
    const { code, stdout } = await run('--sample');
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^sample: 4\d\d stored\n$/)]);
    const stored = Number(/\d+/.exec(stdout)?.[0]);
    const users = await invented();
    expect(users.length).toBeGreaterThanOrEqual(12);
    // The tweet of the API's examples is not of an invented user.
    expect(users.reduce((sum, { total }) => sum + total, 0)).toBe(stored - 1);
    for (const topic of ['#bitcoin', '$btc', 'space', '#firstsnow']) {
      expect([topic, (await aggregate('topics', topic)).total]).toEqual([
        topic,
        expect.any(Number),
      ]);
    }
    expect((await run('--sample')).code).toBe(0);
    // Unless the hour has just changed, these are the same tweets.
    expect((await invented()).length).toBe(users.length);
  });
});

describe('populate tells what is wrong', () => {
  const tool = (args: string[], environment: Record<string, string> = { ADMIN_TOKEN }) =>
    runTool(['populate', ...args], { environment, folder });

  it.each([
    [[], 'nothing to do'],
    [['--users', 'nasa'], "unknown option '--users' (did you mean --user?)"],
    [['--user', 'not a name'], '--user must be a username'],
    [['--topic', ' '], '--topic must not be empty'],
    [['--query', ''], '--query must not be empty'],
    [['--topic', '#bitcoin #eth'], "its # or $ included, got '#bitcoin #eth'"],
    [['--topic', 'price of $BTC'], '; search by --query'],
    [['--topic', 'C#'], '--topic must be one name of at most 100 characters, its # or $ included'],
    [['--topic', 'x'.repeat(101)], '--topic must be one name of at most 100 characters'],
    [['--sample', '--lang', 'English'], '--lang must be a code of 2 or 3 small letters'],
    [['--sample', '--limit', '0'], "--limit must be an integer from 1 to 999999999, got '0'"],
    [['--sample', '--limit', 'many'], "--limit must be an integer from 1 to 999999999, got 'many'"],
    [['--sample', '--url', 'localhost:3000'], '--url must be an http:// or https:// address'],
  ])('populate exits 2 for %j and points to its help', async (args, message) => {
    const { code, stderr } = await tool(args);
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
    expect(stderr).toContain('; run `tss populate --help`');
  });

  it.each([
    ['no ADMIN_TOKEN', ['--sample'], {}, /ADMIN_TOKEN is not set/],
    ['no X_BEARER_TOKEN', ['--user', 'nasa'], { ADMIN_TOKEN }, /X_BEARER_TOKEN is not set/],
  ])('%s', async (_case, args, environment, message) => {
    const { code, stderr } = await tool(args, environment);
    expect([code, stderr]).toEqual([1, expect.stringMatching(message)]);
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  it.each([
    ['no column of texts', 'id,label\n1,a\n', 'has no columns of ids and texts in its first line'],
    ['two columns of texts', 'id,text,text\n1,a,b\n', "line 1: 2 columns are named 'text'"],
  ])('a file with %s', async (_case, content, message) => {
    writeFileSync(join(folder, 'wrong.csv'), content);
    const { code, stderr } = await tool(['--file', 'wrong.csv', '--url', service.url]);
    expect([code, stderr]).toEqual([1, expect.stringContaining(message)]);
  });

  it('no service, without a result', async () => {
    const gone = await XApiStub.start();
    await gone.close();
    const { code, stdout, stderr } = await tool(['--sample', '--url', gone.url]);
    expect([code, stdout, stderr]).toEqual([
      1,
      '',
      expect.stringContaining(`No service answers at ${gone.url} (ECONNREFUSED). Start it`),
    ]);
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  it('a wrong ADMIN_TOKEN', async () => {
    const { code, stderr } = await tool(['--sample', '--url', service.url], {
      ADMIN_TOKEN: 'wrong',
    });
    expect([code, stderr]).toEqual([1, expect.stringContaining('ADMIN_TOKEN is not a token')]);
    expect(stderr).not.toContain('wrong');
  });

  it('a state file that is none', async () => {
    writeFileSync(stateFile(), 'nonsense');
    const { code, stderr } = await tool(['--sample']);
    expect([code, stderr]).toEqual([1, expect.stringContaining('is not a state file')]);
  });

  it('and helps when asked', async () => {
    const { code, stdout } = await tool(['--help'], {});
    expect([code, stdout]).toEqual([0, expect.stringContaining('Usage: tss populate')]);
  });
});
