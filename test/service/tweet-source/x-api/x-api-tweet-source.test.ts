import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { TweetLookup } from '../../../../service/application/ports/tweet-source.ts';
import type { Deadline } from '../../../../service/application/request-context.ts';
import {
  AbandonedError,
  DeadlineExceededError,
  type ServiceError,
  TweetSourceFailedError,
  TweetSourceLimitedError,
} from '../../../../service/domain/errors.ts';
import {
  XApiTweetSource,
  type XApiTweetSourceOptions,
} from '../../../../service/tweet-source/x-api/x-api-tweet-source.ts';
import { openBlackHole } from '../../../helpers/black-hole.ts';
import { aContext, RecordedLog, RecordedMetrics } from '../../../helpers/fakes.ts';
import { type StubAnswer, XApiStub } from '../../../helpers/x-api-stub.ts';

const TOKEN = 'AAAA-a-secret-token';
const NOON_MS = Date.UTC(2026, 10, 23, 12);
const DAY_MS = 86_400_000;

let stub: XApiStub;
let metrics: RecordedMetrics;
let logger: RecordedLog;
let nowMs: number;

beforeEach(async () => {
  stub = await XApiStub.start({
    tweets: Array.from({ length: 300 }, (_, index) => ({
      id: String(20 + index),
      text: `text ${20 + index}`,
    })),
  });
  metrics = new RecordedMetrics();
  logger = new RecordedLog();
  nowMs = NOON_MS;
});

afterEach(async () => {
  await stub.close();
});

function aSource(options: Partial<XApiTweetSourceOptions> = {}) {
  return new XApiTweetSource({
    bearerToken: TOKEN,
    baseUrl: stub.url,
    timeoutMs: 5_000,
    dailyReadBudget: 0,
    metrics,
    logger,
    now: () => nowMs,
    monotonicMs: () => nowMs,
    ...options,
  });
}

const lookup = (source: XApiTweetSource, ...ids: string[]) => source.lookup(ids, aContext());

/** The failure of a lookup, or of one of its tweets. */
async function failure(lookups: Promise<TweetLookup[]>): Promise<ServiceError> {
  const [result] = await Promise.allSettled([lookups]);
  if (result.status === 'rejected') return result.reason;
  const failed = result.value.find(({ status }) => status === 'failed');
  if (failed?.status === 'failed') return failed.error;
  throw new Error('the lookup did not fail');
}

const outcomes = () =>
  metrics.records.filter(([name]) => name === 'TweetSourceCalls').map(([, , outcome]) => outcome);

describe('XApiTweetSource.lookup', () => {
  it('returns lookups in the order of the ids', async () => {
    expect(await lookup(aSource(), '22', '5', '20')).toEqual([
      { status: 'found', tweet: expect.objectContaining({ id: '22', text: 'text 22' }) },
      { status: 'not_found' },
      { status: 'found', tweet: expect.objectContaining({ id: '20', text: 'text 20' }) },
    ]);
    expect(outcomes()).toEqual(['ok']);
  });

  it('requests the fields of a row with the bearer token', async () => {
    await lookup(aSource({ baseUrl: `${stub.url}/` }), '20', '21');
    const [request] = stub.requests;
    expect(request?.path).toBe('/2/tweets');
    expect(request?.headers.authorization).toBe(`Bearer ${TOKEN}`);
    expect(request?.headers['accept-encoding']).toBe('identity');
    expect(Object.fromEntries(request?.query ?? [])).toEqual({
      ids: '20,21',
      expansions: 'author_id,referenced_tweets.id',
      'tweet.fields':
        'author_id,created_at,edit_controls,entities,lang,note_tweet,referenced_tweets,withheld',
      'user.fields': 'username',
    });
  });

  it.each([{}, { id: '5' }])('finds an edited tweet by its edit history (%j)', async (other) => {
    const edited = { id: '99', text: 'second', edit_history_tweet_ids: ['20', '99'], ...other };
    stub.script({ body: { data: [edited] } });
    expect(await lookup(aSource(), '20')).toEqual([
      { status: 'found', tweet: expect.objectContaining({ id: '20', text: 'second' }) },
    ]);
    expect(outcomes()).toEqual(['ok']);
  });

  it('reads long posts, retweets and authors out of the answer', async () => {
    stub.serve({
      tweets: [
        {
          id: '20',
          text: 'RT @b: short…',
          author_id: '7',
          referenced_tweets: [{ type: 'retweeted', id: '19' }],
        },
      ],
      includes: {
        users: [{ id: '7', username: 'seven', name: 'Seven' }],
        tweets: [{ id: '19', text: 'short…', note_tweet: { text: 'the long original' } }],
      },
    });
    expect(await lookup(aSource(), '20')).toEqual([
      {
        status: 'found',
        tweet: expect.objectContaining({ text: 'the long original', authorUsername: 'seven' }),
      },
    ]);
  });
});

describe('concurrent lookups', () => {
  it('share one call and request each tweet once', async () => {
    const source = aSource();
    const answers = await Promise.all([
      lookup(source, '20', '21'),
      lookup(source, '21', '22'),
      lookup(source, '20'),
    ]);
    expect(stub.requests.map(({ ids }) => ids)).toEqual([['20', '21', '22']]);
    expect(answers.map((found) => found.map((l) => l.status === 'found' && l.tweet.id))).toEqual([
      ['20', '21'],
      ['21', '22'],
      ['20'],
    ]);
  });

  it('are split into calls of at most a hundred tweets', async () => {
    const source = aSource();
    const ids = Array.from({ length: 250 }, (_, index) => String(20 + index));
    await Promise.all([lookup(source, ...ids.slice(0, 100)), lookup(source, ...ids.slice(100))]);
    expect(stub.requests.map((request) => request.ids.length).sort()).toEqual([100, 100, 50]);
  });

  it('continue for the others when one caller leaves', async () => {
    const source = aSource();
    const gone = new AbortController();
    const left = source.lookup(['20'], aContext({ signal: gone.signal }));
    const stayed = lookup(source, '20', '21');
    const asked = stub.nextRequest();
    stub.script('hang');
    await asked;
    gone.abort(new AbandonedError('left'));
    expect(await failure(left)).toBeInstanceOf(AbandonedError);

    stub.answerHanging();
    expect(await stayed).toHaveLength(2);
    expect(stub.requests).toHaveLength(1);
  });

  it('fail at their own deadline although they share a call with a longer one', async () => {
    const source = aSource();
    stub.script('hang');
    const hasty = source.lookup(['20'], aContext({ deadlineInMs: 300 }));
    const patient = lookup(source, '21');
    expect(await failure(hasty)).toMatchObject({ code: 'tweet_source_failed' });
    stub.answerHanging();
    expect(await patient).toHaveLength(1);
  });

  it('have a failure alone if X answers without one of their tweets', async () => {
    stub.script({ body: { data: [{ id: '20', text: 'a' }] } });
    const source = aSource();
    const [both, fine] = await Promise.all([lookup(source, '20', '21'), lookup(source, '20')]);
    expect(both).toMatchObject([
      { status: 'found' },
      { status: 'failed', error: { message: 'The X API answered without tweet 21.' } },
    ]);
    expect(fine).toMatchObject([{ status: 'found' }]);
    expect(outcomes()).toEqual(['ok']);
    expect(logger.lines).toEqual([
      expect.objectContaining({
        level: 'warn',
        fields: { reason: 'X answered without some of the tweets', tweetIds: ['21'] },
      }),
    ]);
  });
});

describe('a lookup with a deadline and a signal', () => {
  it('fails without a call if the deadline is too close', async () => {
    const deadline: Deadline = { atMs: performance.now() + 150 };
    const error = await failure(
      aSource().lookup(['20'], { deadline, signal: new AbortController().signal }),
    );
    expect(error).toBeInstanceOf(DeadlineExceededError);
    expect(stub.requests).toEqual([]);
  });

  it('fails without a call if the caller has left', async () => {
    const error = await failure(
      aSource().lookup(['20'], aContext({ signal: AbortSignal.abort(new AbandonedError('left')) })),
    );
    expect(error).toBeInstanceOf(AbandonedError);
    expect(stub.requests).toEqual([]);
  });
});

describe('an invalid answer', () => {
  const server = (status: number): StubAnswer => ({ status, body: { title: 'x', status } });

  it.each<[string, StubAnswer]>([
    ['500', server(500)],
    ['503', server(503)],
    ['400', server(400)],
    ['404 for the whole call', server(404)],
    ['500 that is not JSON', { status: 500, body: '<html>' }],
    ['a redirect', { status: 302, headers: { location: '/elsewhere' }, body: '' }],
    ['204', { status: 204, body: '' }],
    ['truncated JSON', { body: '{"data":[{"id":"20"' }],
    ['an empty body', { body: '' }],
    ['HTML', { headers: { 'content-type': 'text/html' }, body: '<p>hello</p>' }],
    ['null', { body: null }],
    ['data of another shape', { body: { data: [{ id: 20, text: ['a'] }] } }],
    [
      'an error of the credentials with 200',
      { body: { errors: [{ type: 'https://api.x.com/2/problems/client-forbidden' }] } },
    ],
    ['a body that breaks off', 'break-off'],
    ['a connection that is closed', 'reset'],
    ['unexpected compressed bytes', { headers: { 'content-encoding': 'gzip' }, body: 'abc' }],
  ])('with %s fails the lookup, and the next lookup calls again', async (_, answer) => {
    const source = aSource();
    stub.script(answer);
    expect(await failure(lookup(source, '20'))).toBeInstanceOf(TweetSourceFailedError);
    expect(outcomes()).toEqual(['failed']);
    expect(await lookup(source, '20')).toMatchObject([{ status: 'found' }]);
  });

  it.each<StubAnswer>(['hang', 'hang-after-head', 'drip'])(
    '(%s) is cut after the configured time, and the connection closed',
    async (answer) => {
      stub.script(answer);
      const left = stub.clientLeft();
      expect(await failure(lookup(aSource({ timeoutMs: 500 }), '20'))).toBeInstanceOf(
        TweetSourceFailedError,
      );
      await left;
    },
  );

  it('that is too large is cut', async () => {
    stub.script('flood');
    const left = stub.clientLeft();
    const error = await failure(lookup(aSource(), '20'));
    expect(error.message).toBe('The answer of the X API was longer than 33554432 bytes.');
    await left;
  });

  it('for lack of a server fails with its cause', async () => {
    const gone = await XApiStub.start();
    const baseUrl = gone.url;
    await gone.close();
    const error = await failure(lookup(aSource({ baseUrl }), '20'));
    expect(error).toBeInstanceOf(TweetSourceFailedError);
    expect(error.cause).toMatchObject({ code: 'ECONNREFUSED' });
  });

  it.each([401, 403])(
    'with status %d names the setting to check, not its value',
    async (status) => {
      stub.script(server(status));
      const error = await failure(lookup(aSource(), '20'));
      expect(error.message).toBe(`The X API answered with status ${status}; check X_BEARER_TOKEN.`);
      expect(JSON.stringify([error, error.cause, logger.lines])).not.toContain(TOKEN);
    },
  );
});

describe('a rate limit', () => {
  const resetIn = (seconds: number): StubAnswer => ({
    status: 429,
    headers: {
      date: new Date(nowMs).toUTCString(),
      'x-rate-limit-limit': '3500',
      'x-rate-limit-remaining': '0',
      'x-rate-limit-reset': String(NOON_MS / 1_000 + seconds),
    },
    body: { title: 'Too Many Requests', status: 429, type: 'about:blank' },
  });

  it('reports its end, and prevents calls until then', async () => {
    const source = aSource();
    stub.script(resetIn(600));
    const error = await failure(lookup(source, '20'));
    expect(error).toBeInstanceOf(TweetSourceLimitedError);
    expect(error.retryAfterSeconds).toBe(600);

    nowMs += 100_000;
    expect(await failure(lookup(source, '21'))).toMatchObject({ retryAfterSeconds: 500 });
    expect(stub.requests).toHaveLength(1);

    nowMs += 500_000;
    expect(await lookup(source, '21')).toMatchObject([{ status: 'found' }]);
    expect(outcomes()).toEqual(['limited', 'ok']);
  });

  const limited = (headers: Record<string, string>): StubAnswer => ({
    status: 429,
    headers: { date: new Date(nowMs).toUTCString(), ...headers },
    body: {},
  });

  it.each<[string, Record<string, string>, number]>([
    ['no reset', {}, 60],
    ['an empty reset', { 'x-rate-limit-reset': '' }, 60],
    ['a reset that is not a number', { 'x-rate-limit-reset': 'soon' }, 60],
    ['a reset in the past', { 'x-rate-limit-reset': '1' }, 1],
    ['a reset next year', { 'x-rate-limit-reset': String(NOON_MS / 1_000 + 4e7) }, 900],
    ['a Retry-After of 40 s', { 'retry-after': '40', 'x-rate-limit-reset': '1' }, 40],
    ['a Retry-After of a day', { 'retry-after': '86400' }, 900],
    [
      'a daily window that is used up',
      {
        'x-rate-limit-remaining': '14',
        'x-rate-limit-reset': '1',
        'x-app-limit-24hour-remaining': '0',
        'x-app-limit-24hour-reset': String(NOON_MS / 1_000 + 600),
      },
      600,
    ],
  ])('with %s pauses reads for a bounded time', async (_, headers, retryAfterSeconds) => {
    stub.script(limited(headers));
    expect(await failure(lookup(aSource(), '20'))).toMatchObject({ retryAfterSeconds });
  });

  it('counts from the clock of X, not from ours', async () => {
    nowMs -= 3_600_000;
    const reset = String(NOON_MS / 1_000 + 600);
    stub.script(limited({ date: new Date(NOON_MS).toUTCString(), 'x-rate-limit-reset': reset }));
    expect(await failure(lookup(aSource(), '20'))).toMatchObject({ retryAfterSeconds: 600 });
  });

  it('whose resets lie in the past pauses for longer each time, up to a window', async () => {
    const source = aSource();
    const pauses: (number | undefined)[] = [];
    for (let refusals = 0; refusals < 12; refusals++) {
      stub.script(limited({ 'x-rate-limit-reset': '1' }));
      const { retryAfterSeconds = 0 } = await failure(lookup(source, '20'));
      pauses.push(retryAfterSeconds);
      nowMs += retryAfterSeconds * 1_000;
    }
    expect(pauses).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]);
    await lookup(source, '20');
    stub.script(limited({ 'x-rate-limit-reset': '1' }));
    expect(await failure(lookup(source, '20'))).toMatchObject({ retryAfterSeconds: 1 });
  });

  it('of calls that run side by side counts as one refusal', async () => {
    const source = aSource();
    const ids = Array.from({ length: 300 }, (_, index) => String(20 + index));
    stub.script(...Array.from({ length: 3 }, () => limited({ 'x-rate-limit-reset': '1' })));
    const looked = [0, 100, 200].map((start) => lookup(source, ...ids.slice(start, start + 100)));
    for (const each of looked) expect(await failure(each)).toMatchObject({ retryAfterSeconds: 1 });
  });

  const capped = {
    type: 'https://api.twitter.com/2/problems/usage-capped',
    title: 'UsageCapExceeded',
    period: 'Monthly',
  };

  it.each<[string, StubAnswer]>([
    [
      'a usage cap',
      {
        status: 429,
        headers: { 'x-rate-limit-remaining': '39999', 'x-rate-limit-reset': '1' },
        body: capped,
      },
    ],
    ['a usage cap with 403', { status: 403, body: capped }],
    ['no credit left', { status: 402, body: { title: 'CreditsDepleted' } }],
    ['a usage cap with 200', { body: { errors: [capped] } }],
  ])('with %s pauses reads for a quarter of an hour', async (_, answer) => {
    const source = aSource();
    stub.script(answer);
    expect(await failure(lookup(source, '20'))).toMatchObject({
      name: 'TweetSourceLimitedError',
      retryAfterSeconds: 900,
    });
    expect(await failure(lookup(source, '20'))).toBeInstanceOf(TweetSourceLimitedError);
    expect(stub.requests).toHaveLength(1);
    expect(outcomes()).toEqual(['limited']);
  });
});

describe('the daily read budget', () => {
  it('counts each post once a day', async () => {
    const source = aSource();
    await lookup(source, '20', '21');
    await lookup(source, '21', '22', '5');
    expect(source.readsSpentToday()).toBe(3);
    expect(metrics.sum('TweetReadsSpent')).toBe(3);

    nowMs += DAY_MS / 2;
    expect(source.readsSpentToday()).toBe(0);
    await lookup(source, '20');
    expect(source.readsSpentToday()).toBe(1);
    expect(metrics.sum('TweetReadsSpent')).toBe(4);
  });

  it('is not renewed by a clock that is set back over midnight', async () => {
    const clock = { wallMs: NOON_MS, monotonicMs: 0 };
    const source = aSource({
      dailyReadBudget: 1,
      now: () => clock.wallMs,
      monotonicMs: () => clock.monotonicMs,
    });
    await lookup(source, '20');
    for (const wallMs of [NOON_MS - DAY_MS, NOON_MS, NOON_MS - DAY_MS]) {
      clock.wallMs = wallMs;
      expect(await failure(lookup(source, '21'))).toBeInstanceOf(TweetSourceLimitedError);
    }
    clock.monotonicMs += DAY_MS;
    expect(await lookup(source, '21')).toHaveLength(1);
  });

  it('counts the posts that come along', async () => {
    stub.serve({
      tweets: [{ id: '20', text: 'a' }],
      includes: { tweets: [{ id: '19', text: 'b' }] },
    });
    const source = aSource();
    await lookup(source, '20');
    expect(source.readsSpentToday()).toBe(2);
  });

  it('reads what is left, and refuses the rest until midnight UTC', async () => {
    const source = aSource({ dailyReadBudget: 3 });
    await lookup(source, '20', '21');
    const refused = {
      status: 'failed',
      error: { name: 'TweetSourceLimitedError', retryAfterSeconds: 43_200 },
    };
    const found = { status: 'found' };
    expect(await lookup(source, '22', '23', '21')).toMatchObject([found, refused, found]);
    expect(await lookup(source, '23')).toMatchObject([refused]);
    expect(stub.requests).toHaveLength(2);

    nowMs += DAY_MS / 2;
    expect(await lookup(source, '22', '23')).toMatchObject([found, found]);
  });

  it('holds for lookups that run at the same time', async () => {
    const source = aSource({ dailyReadBudget: 3 });
    const results = await Promise.all([
      lookup(source, '20', '21'),
      lookup(source, '21', '22'),
      lookup(source, '23'),
    ]);
    const found = { status: 'found' };
    expect(results).toMatchObject([[found, found], [found, found], [{ status: 'failed' }]]);
    expect(source.readsSpentToday()).toBe(3);
  });

  it.each<[string, StubAnswer]>([
    ['an error status', { status: 500, body: {} }],
    ['a closed connection', 'reset'],
    ['a tweet that is gone', { body: { errors: [{ type: '/resource-not-found', value: '20' }] } }],
  ])('is given back after %s', async (_, answer) => {
    const source = aSource({ dailyReadBudget: 1 });
    stub.script(answer);
    await Promise.allSettled([lookup(source, '20')]);
    expect(source.readsSpentToday()).toBe(0);
    expect(await lookup(source, '21')).toHaveLength(1);
  });

  it('is given back if no connection was made', async () => {
    const hole = await openBlackHole();
    try {
      const source = aSource({ baseUrl: `http://127.0.0.1:${hole.port}`, timeoutMs: 200 });
      const error = await failure(lookup(source, '20'));
      expect(error.message).toBe('The answer of the X API took longer than 200 ms.');
      expect(source.readsSpentToday()).toBe(0);
    } finally {
      await hole.close();
    }
  });

  it.each<[string, StubAnswer]>([
    ['X hangs', 'hang'],
    ['the answer breaks off', 'break-off'],
    ['the answer is not JSON', { body: '{"data' }],
    ['the answer does not mention the tweet', { body: { data: [] } }],
  ])('counts what X may have billed when %s', async (_, answer) => {
    const source = aSource({ dailyReadBudget: 1, timeoutMs: 1_000 });
    stub.script(answer);
    await Promise.allSettled([lookup(source, '20')]);
    expect(source.readsSpentToday()).toBe(1);
    expect(await failure(lookup(source, '21'))).toBeInstanceOf(TweetSourceLimitedError);
  });
});

it('never logs a text, a handle or the token', async () => {
  const answers: StubAnswer[] = [
    { status: 500, body: { detail: 'private words' } },
    { body: '{"data":[{"text":"private words' },
    {
      body: {
        data: [{ id: '21', text: 'private words', author: { id: '1', username: 'handle' } }],
      },
    },
    'drip',
  ];
  for (const answer of answers) {
    stub.script(answer);
    await Promise.allSettled([lookup(aSource({ timeoutMs: 200 }), '20')]);
  }
  expect(logger.lines).toHaveLength(answers.length);
  const logged = logger.lines
    .flatMap(({ fields, message }) => [message, JSON.stringify(fields)])
    .join();
  expect(logged).not.toMatch(/private|handle/);
  expect(logged).not.toContain(TOKEN);
});
