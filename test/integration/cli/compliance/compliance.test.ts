import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ServiceProcess } from '../../../helpers/service-process.ts';
import { settlesWithin } from '../../../helpers/settles-within.ts';
import { type ToolEnd, ToolProcess } from '../../../helpers/tool-process.ts';
import { type StubAnswer, XApiStub } from '../../../helpers/x-api-stub.ts';

const ADMIN_TOKEN = 'admin-token-of-the-test';
const AS_ADMIN = { authorization: `Bearer ${ADMIN_TOKEN}` };

let service: ServiceProcess;
let x: XApiStub;
let folder: string;

const startService = () => ServiceProcess.start({ ADMIN_TOKEN, TWEET_SOURCE: 'fixture' });

beforeAll(async () => {
  service = await startService();
});
beforeEach(async () => {
  x = await XApiStub.start();
  folder = mkdtempSync(join(tmpdir(), 'compliance-'));
});
afterEach(async () => {
  await x.close();
  // The next test counts from nothing.
  await service.get('/v1/admin/features/users/7', { method: 'DELETE', headers: AS_ADMIN });
});
afterAll(() => service.stop());

function start(...args: string[]): ToolProcess {
  const environment = { ADMIN_TOKEN, X_BEARER_TOKEN: 'bearer-token-of-the-test', X_API_URL: x.url };
  const words = ['compliance', '--url', service.url, ...args];
  return ToolProcess.start(words, { environment, folder });
}

const run = (...args: string[]): Promise<ToolEnd> => start(...args).ended;

let lastId = 1_000;

/** Stores tweets of one author with ids that no other test uses: a purged tweet stays away for a day. */
async function store(count: number) {
  const tweets = Array.from({ length: count }, () => ({
    id: String(++lastId),
    text: 'I love this',
    author_id: '7',
  }));
  for (let start = 0; start < count; start += 100) {
    const body = { tweets: tweets.slice(start, start + 100) };
    const response = await service.post('/v1/admin/tweets', body, { headers: AS_ADMIN });
    expect(response.status).toBe(200);
  }
  return tweets;
}

/** Number of the author's tweets that count. */
async function counted(): Promise<number> {
  const response = await service.get('/v1/users/7/sentiment?from=2010-11-04&to=2010-11-04');
  return ((await response.json()) as { total?: number }).total ?? 0;
}

/** The ids that are stored, of those given. */
async function storedOf(ids: readonly string[]): Promise<string[]> {
  const response = await service.get(`/v1/features/tweets?ids=${ids.join(',')}`);
  const { rows } = (await response.json()) as { rows: ({ tweetId: string } | null)[] };
  return rows.flatMap((row) => (row ? [row.tweetId] : []));
}

const problem = (id: string, type: string) => ({
  resource_id: id,
  resource_type: 'tweet',
  type: `https://api.twitter.com/2/problems/${type}`,
});

describe('compliance', () => {
  it('purges what is gone, protected or withheld, and keeps the rest', async () => {
    const tweets = await store(4);
    const [kept, gone, locked, withheld] = tweets;
    const country = { country_codes: ['DE'] };
    x.script({
      body: {
        data: [kept, { ...withheld, withheld: country }],
        errors: [
          problem(gone?.id ?? '', 'resource-not-found'),
          problem(locked?.id ?? '', 'not-authorized-for-resource'),
        ],
      },
    });
    const { code, stdout } = await run();
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout:
        '4 tweets checked, 3 purged, 0 unclear.\n' +
        'X reads: 2 posts and 0 users, about $0.01 (X bills a post once in a UTC day).\n',
    });
    expect(await storedOf(tweets.map(({ id }) => id))).toEqual([kept?.id]);
    expect(await counted()).toBe(1);
  });

  it('asks X for a hundred posts at a time, and for nothing that costs more', async () => {
    x.serve({ tweets: await store(250) });
    const { code, stdout } = await run();
    expect([code, stdout]).toEqual([0, expect.stringContaining('250 tweets checked, 0 purged')]);
    expect(x.requests.map(({ ids }) => ids.length)).toEqual([100, 100, 50]);
    expect(x.requests[0]?.query.get('expansions')).toBeNull();
    expect(await counted()).toBe(250);
  });

  it('keeps what X says nothing sensible of, and says that it did not succeed', async () => {
    const [first, second] = await store(2);
    x.script({ body: { data: [first], errors: [problem(second?.id ?? '', 'something-new')] } });
    const { code, stdout, stderr } = await run();
    expect([code, stdout]).toEqual([1, expect.stringContaining('0 purged, 1 unclear')]);
    expect(stderr).toContain('gave no clear answer about 1 tweet; it is kept');
    expect(await counted()).toBe(2);
  });

  it('keeps an edited tweet that X returns under its newest id', async () => {
    const [old] = await store(1);
    const data = [{ id: '99', text: 'edited', edit_history_tweet_ids: [old?.id, '99'] }];
    x.script({ body: { data } });
    const { code, stdout } = await run();
    expect([code, stdout]).toEqual([0, expect.stringContaining('0 purged, 0 unclear')]);
    expect(await counted()).toBe(1);
  });

  it.each<[string, StubAnswer]>([
    ['HTML', { headers: { 'content-type': 'text/html' }, body: '<p>Blocked</p>' }],
    ['JSON', { body: { errors: [{ status: 403, title: 'Forbidden' }] } }],
  ])('purges nothing because of a page of a proxy (%s)', async (_, page) => {
    await store(1);
    x.script(page, page, page, page, page);
    const { code, stdout } = await run();
    expect([code, stdout]).toEqual([1, expect.stringContaining('0 purged')]);
    expect(await counted()).toBe(1);
  });

  it('waits for a rate limit to end, and ends at a usage cap', async () => {
    x.serve({ tweets: await store(1) });
    x.script(() => {
      const reset = String(Math.ceil(Date.now() / 1_000) + 1);
      return { status: 429, headers: { 'x-rate-limit-reset': reset }, body: {} };
    });
    expect(await run()).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/X rate limit: waiting until/),
    });
    x.script({ status: 429, body: { type: 'https://api.twitter.com/2/problems/usage-capped' } });
    expect(await run()).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('usage cap or credit'),
    });
  });

  it('stops at its limit, and by Ctrl-C, and goes on where it was', async () => {
    x.serve({ tweets: await store(1_100) });
    const limited = await run('--limit', '1');
    expect([limited.code, limited.stdout]).toEqual([
      0,
      expect.stringMatching(/^1000 tweets checked.*Not all were checked/s),
    ]);
    x.script('hang');
    const interrupted = start();
    await x.nextRequest();
    interrupted.interrupt();
    // It does not wait for the pending call, which times out after 30 s.
    expect(await settlesWithin(10_000, interrupted.ended)).toBe(true);
    expect(await interrupted.ended).toMatchObject({
      code: 130,
      stderr: expect.stringContaining('Stopped; run the same command to continue.'),
    });
    expect((await run()).stdout).toContain('100 tweets checked');
    // The run was complete: the next one starts over.
    expect((await run()).stdout).toContain('1100 tweets checked');
  });

  it('keeps in mind what was unclear before it stopped, and asks about it again', async () => {
    const tweets = await store(1_100);
    x.serve({ tweets });
    x.script({ body: { data: [], errors: tweets.map(({ id }) => problem(id, 'something-new')) } });
    expect(await run('--limit', '1')).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/1000 tweets checked, 0 purged, 100 unclear.*Not all/s),
    });
    const { code, stdout, stderr } = await run();
    expect([code, stdout]).toEqual([1, expect.stringContaining('100 tweets checked, 0 purged')]);
    expect(stderr).toContain('Continues an earlier run, in which 100 failed; --restart starts');
    expect(stderr).toContain('no clear answer about 100 tweets; they are kept');
    expect(await run()).toMatchObject({ code: 0, stdout: expect.stringContaining('1100 tweets') });
  });

  it('starts at the beginning on request', async () => {
    x.serve({ tweets: await store(1_100) });
    await run('--limit', '1');
    expect(await run('--restart')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('1100 tweets checked'),
    });
  });

  it('waits for a service that is away, and says so', async () => {
    await store(1);
    x.script('hang');
    const tool = start();
    await x.nextRequest();
    await service.stop('SIGKILL');
    x.answerHanging();
    const { code } = await tool.killWhen(/No service answers at .*: waiting until/, 'SIGINT');
    expect(code).toBe(130);
    service = await startService();
  });

  it('prints no result where nothing was checked', async () => {
    const words = ['compliance', '--url', 'http://127.0.0.1:9'];
    const environment = { ADMIN_TOKEN, X_BEARER_TOKEN: 'bearer-token-of-the-test' };
    const { code, stdout } = await ToolProcess.start(words, { environment, folder }).ended;
    expect([code, stdout]).toEqual([1, '']);
  });

  it.each([
    [['--sample'], 2, /--sample/],
    [['--limit', 'x'], 2, /--limit must be an integer .*, got 'x'/],
    [['--help'], 0, /^$/],
  ])('called with %j exits %i', async (args, code, stderr) => {
    expect(await run(...args)).toMatchObject({ code, stderr: expect.stringMatching(stderr) });
  });
});
