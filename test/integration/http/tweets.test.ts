import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  it,
  jest,
} from '@jest/globals';
import { DEFAULT_LIMITS } from '../../../service/contract/http.ts';
import {
  FeatureStoreUnavailableError,
  OverloadedError,
  TweetSourceFailedError,
  TweetSourceLimitedError,
} from '../../../service/domain/errors.ts';
import {
  AS_ADMIN,
  AS_CALLER,
  soon,
  startApp,
  type TestApp,
  TWEET_ID,
  TWEET_URL,
  tweetPath,
} from './helpers/start-app.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterEach(async () => {
  jest.restoreAllMocks();
  await app.reset();
});
afterAll(() => app.stop());

const ISO = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
const RESULT = {
  tweetId: TWEET_ID,
  sentimentAnalyst: 'positive',
  textInput: 'I love this phone',
  scores: { negative: 0.05, neutral: 0.05, positive: 0.9 },
  certain: true,
  truncated: false,
  tokens: 6,
  language: 'en',
  languageSupported: true,
  model: { name: 'fake-model', revision: '0123456789ab' },
  featureStore: 'miss',
  author: { id: '2244994945', username: 'someone' },
  tweetCreatedAt: '2021-11-15T19:08:05.000Z',
  scoredAt: ISO,
};

const one = (url = TWEET_URL) => app.call(tweetPath(url), { headers: AS_CALLER });
const several = (tweetUrls: string[]) =>
  app.call('/v1/inference/tweets', { headers: AS_CALLER, body: { tweetUrls } });
const ingest = (body: object) => app.call('/v1/admin/tweets', { headers: AS_ADMIN, body });

describe('GET /v1/inference', () => {
  it('answers a tweet, and from the feature store the next time', async () => {
    expect((await one()).json).toEqual(RESULT);
    await soon(() => app.store.rows.size === 1);
    const { tokens: _, ...stored } = RESULT;
    expect((await one()).json).toEqual({ ...stored, featureStore: 'hit' });
  });

  it('answers without a failed feature store', async () => {
    app.store.failWith = new FeatureStoreUnavailableError('down');
    expect((await one()).json).toEqual({ ...RESULT, featureStore: 'unavailable' });
  });

  it('omits the text if it is not exposed', async () => {
    const discreet = await startApp({ exposeText: false });
    try {
      const { json } = await discreet.call(tweetPath(TWEET_URL), { headers: AS_CALLER });
      const { textInput: _, ...rest } = RESULT;
      expect(json).toEqual(rest);
    } finally {
      await discreet.stop();
    }
  });

  it('accepts every form of a tweet URL', async () => {
    for (const url of [
      `http://twitter.com/someone/status/${TWEET_ID}`,
      `https://mobile.x.com/i/web/status/${TWEET_ID}?s=20`,
    ]) {
      expect((await one(url)).json.tweetId).toBe(TWEET_ID);
    }
  });

  it('has the deadline of a single request', async () => {
    jest.spyOn(performance, 'now').mockReturnValue(5_000);
    await one();
    const atMs = 5_000 + DEFAULT_LIMITS.singleDeadlineMs;
    expect(app.model.contexts.map(({ deadline }) => deadline)).toEqual([{ atMs }]);
  });
});

describe('POST /v1/inference/tweets', () => {
  it('answers each URL in its place, with a result or a problem', async () => {
    const urls = [
      'nonsense',
      TWEET_URL,
      'https://x.com/a/status/404',
      `https://twitter.com/b/status/${TWEET_ID}`,
      'https://t.co/abc',
      '',
      'https://x.com/a/status/422',
    ];
    const { status, json, headers } = await several(urls);
    expect(status).toBe(200);
    expect(json.results.map(({ tweetUrl }: { tweetUrl: string }) => tweetUrl)).toEqual(urls);
    expect(
      json.results.map((result: { status: string; problem?: { code: string } }) =>
        [result.status, result.problem?.code].join(' ').trim(),
      ),
    ).toEqual([
      'error invalid_tweet_url',
      'ok',
      'error tweet_not_found',
      'ok',
      'error unsupported_host',
      'error invalid_tweet_url',
      'error empty_text',
    ]);
    expect(json.results[1]).toEqual({ tweetUrl: TWEET_URL, status: 'ok', ...RESULT });
    expect(json.results[2]).toEqual({
      tweetUrl: urls[2],
      status: 'error',
      problem: {
        type: 'urn:tweet-sentiment-service:error:tweet_not_found',
        title: 'Tweet not found',
        status: 404,
        detail: expect.any(String),
        code: 'tweet_not_found',
        requestId: headers['x-request-id'],
      },
    });
  });

  it('fails only the tweet for which the model gives NaN, and stores and logs the others', async () => {
    const { status, json } = await several([TWEET_URL, 'https://x.com/a/status/500']);
    expect(status).toBe(200);
    expect(json.results).toMatchObject([
      { status: 'ok' },
      { status: 'error', problem: { code: 'model_failed', status: 500 } },
    ]);
    await soon(() => app.store.rows.size === 1);
    expect(app.store.writes.flat().map(({ row }) => row.tweetId)).toEqual([TWEET_ID]);
    expect(app.predictionLog.rows.map(({ tweetId }) => tweetId)).toEqual([TWEET_ID]);
    const topic = await app.call('/v1/topics/%23phones/sentiment', { headers: AS_CALLER });
    expect(topic.status).toBe(200);
  });

  it('computes repeated tweets once', async () => {
    await several([TWEET_URL, TWEET_URL, TWEET_URL]);
    expect(app.source.asked).toEqual([[TWEET_ID]]);
    expect(app.model.asked).toEqual([['I love this phone']]);
  });

  it('reads nothing if no URL is that of a tweet', async () => {
    expect((await several(['a', 'b'])).status).toBe(200);
    expect(app.source.asked).toEqual([]);
  });

  it('answers stored tweets and names wrong URLs while the source is limited', async () => {
    await one();
    await soon(() => app.store.rows.size === 1);
    app.source.failWith = new TweetSourceLimitedError('The budget is spent.', {
      retryAfterSeconds: 60,
    });
    const { status, json } = await several(['nonsense', 'https://x.com/a/status/8', TWEET_URL]);
    expect(status).toBe(200);
    expect(json.results).toMatchObject([
      { status: 'error', problem: { code: 'invalid_tweet_url' } },
      { status: 'error', problem: { code: 'tweet_source_limited', retryAfterSeconds: 60 } },
      { status: 'ok', tweetId: TWEET_ID, featureStore: 'hit' },
    ]);
  });

  it('names a wrong URL although the only tweet cannot be read', async () => {
    app.source.failWith = new TweetSourceFailedError('The source is down.');
    const { status, json } = await several([TWEET_URL, 'nonsense']);
    expect(status).toBe(200);
    expect(json.results).toMatchObject([
      { status: 'error', problem: { code: 'tweet_source_failed', status: 502 } },
      { status: 'error', problem: { code: 'invalid_tweet_url' } },
    ]);
  });

  it('fails as a whole if the engine is full for every tweet', async () => {
    app.model.refuseWith = new OverloadedError('The queue is full.', { retryAfterSeconds: 2.1 });
    const { status, json, headers } = await several([TWEET_URL, 'https://x.com/a/status/8']);
    expect([status, json.code]).toEqual([503, 'overloaded']);
    expect([json.retryAfterSeconds, headers['retry-after']]).toEqual([3, '3']);
  });

  it('takes 100 URLs', async () => {
    expect((await several(Array(100).fill(TWEET_URL))).json.results).toHaveLength(100);
  });
});

describe('the row of a scored tweet', () => {
  it('is written once, after every response that waits for it was sent', async () => {
    const responses: ServerResponse[] = [];
    const note = (_request: IncomingMessage, response: ServerResponse) => responses.push(response);
    app.app.server.on('request', note);
    const score = jest.spyOn(app.deps.scoreTweets, 'score');
    const wereSent: boolean[][] = [];
    const putTweets = app.store.putTweets.bind(app.store);
    jest.spyOn(app.store, 'putTweets').mockImplementation((writes) => {
      wereSent.push(responses.map((response) => response.writableEnded));
      return putTweets(writes);
    });
    const gate = Promise.withResolvers<void>();
    app.model.gate = gate.promise;

    const answers = [one(), several([TWEET_URL]), one()];
    await soon(() => score.mock.calls.length === 3 && app.model.contexts.length === 1);
    gate.resolve();
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([200, 200, 200]);
    await soon(() => wereSent.length > 0);
    expect(wereSent).toEqual([[true, true, true]]);
    app.app.server.off('request', note);
  });
});

describe('a tweet source that hangs', () => {
  it('makes requests fail with tweet_source_failed once their deadline has passed', async () => {
    const hasty = await startApp({ limits: { singleDeadlineMs: 20, batchDeadlineMs: 20 } });
    // On a clock that stands still, no deadline passes before the read.
    const clock = jest.spyOn(performance, 'now').mockReturnValue(5_000);
    try {
      const gate = Promise.withResolvers<void>();
      hasty.source.gate = gate.promise;
      const calls = [
        hasty.call(tweetPath(TWEET_URL), { headers: AS_CALLER }),
        hasty.call('/v1/inference/tweets', {
          headers: AS_CALLER,
          body: { tweetUrls: [TWEET_URL] },
        }),
      ];
      for (const { status, json } of await Promise.all(calls)) {
        expect([status, json.code]).toEqual([502, 'tweet_source_failed']);
        expect(json.detail).toContain('was not read within the time of the request');
      }
      gate.resolve();
    } finally {
      clock.mockRestore();
      await hasty.stop();
    }
  });
});

describe('POST /v1/admin/tweets', () => {
  it('answers a batch with a time beyond the calendar of RFC 3339', async () => {
    const tweets = [
      { id: '1460323737035677600', text: 'good', created_at: '9999-12-31T23:59:59.999-05:00' },
      { id: '1460323737035677601', text: 'good' },
    ];
    const { status, json } = await ingest({ tweets });
    expect(status).toBe(200);
    expect(json.results).toMatchObject([
      { status: 'ok', tweetCreatedAt: '2021-11-15T19:08:05.069Z' },
      { status: 'ok' },
    ]);
  });

  it('stores tweets before it answers, and ignores the other fields of X', async () => {
    const { status, json } = await ingest({
      tweets: [
        {
          id: '20',
          text: 'just setting up my twttr',
          author_id: '12',
          created_at: '2006-03-21T20:50:14.000Z',
          public_metrics: { like_count: 1 },
          topics: ['History'],
        },
      ],
      includes: { users: [{ id: '12', username: 'jack', verified: true }] },
    });
    expect(status).toBe(200);
    expect(json.results).toEqual([
      {
        ...RESULT,
        status: 'ok',
        tweetId: '20',
        tokens: 7,
        textInput: 'just setting up my twttr',
        author: { id: '12', username: 'jack' },
        tweetCreatedAt: '2006-03-21T20:50:14.000Z',
      },
    ]);
    expect([...app.store.rows.keys()]).toEqual(['20']);
  });

  it('answers each tweet in its place and stores the scored ones', async () => {
    const { json } = await ingest({
      tweets: [
        { id: '1', text: 'good' },
        { id: '2', text: ' ' },
        { id: '9999999999999999999', text: 'no such id' },
        { id: '4', text: 'hidden', withheld: { country_codes: ['DE'] } },
        { id: '5', text: 'fine' },
      ],
    });
    expect(
      json.results.map((result: { tweetId: string; problem?: { code: string } }) => [
        result.tweetId,
        result.problem?.code,
      ]),
    ).toEqual([
      ['1', undefined],
      ['2', 'empty_text'],
      ['9999999999999999999', 'invalid_tweet_id'],
      ['4', 'tweet_withheld'],
      ['5', undefined],
    ]);
    expect([...app.store.rows.keys()]).toEqual(['1', '5']);
  });

  describe('with a stored tweet that X withholds since', () => {
    const withheld = { tweets: [{ id: '007', text: 'hidden', withheld: {} }] };
    beforeEach(() => ingest({ tweets: [{ id: '7', text: 'good' }] }));

    it('purges it and records its tombstone', async () => {
      const { json } = await ingest(withheld);
      expect(json.results).toMatchObject([{ problem: { code: 'tweet_withheld' } }]);
      expect(app.store.rows.has('7')).toBe(false);
      expect(app.predictionLog.purged).toEqual(['7']);
    });

    it('fails if the tombstone is not recorded', async () => {
      app.predictionLog.failWith = new FeatureStoreUnavailableError('not recorded');
      const { status, json } = await ingest(withheld);
      expect([status, json.code]).toEqual([503, 'feature_store_unavailable']);
    });
  });

  it('takes an id with leading zeros for the same tweet as the other routes', async () => {
    const { status, json } = await ingest({ tweets: [{ id: '0020', text: 'good' }] });
    expect([status, json.results[0].tweetId]).toEqual([200, '20']);
    expect((await one('https://x.com/a/status/020')).json).toMatchObject({
      tweetId: '20',
      featureStore: 'hit',
    });
  });

  it('fails with feature_store_unavailable if the store is down', async () => {
    app.store.failWith = new FeatureStoreUnavailableError('down');
    const { status, json } = await ingest({ tweets: [{ id: '1', text: 'good' }] });
    expect([status, json.code]).toEqual([503, 'feature_store_unavailable']);
  });

  it('limits the length of texts after resolving the escapes of X', async () => {
    const text = '&amp;'.repeat(25_000);
    expect((await ingest({ tweets: [{ id: '1', text }] })).status).toBe(200);
  });
});

describe('DELETE /v1/admin/features/tweets/{id}', () => {
  const purge = (id: string) =>
    app.call(`/v1/admin/features/tweets/${id}`, { method: 'DELETE', headers: AS_ADMIN });

  it('answers the numbers of removed rows and contributions, also if there were none', async () => {
    await ingest({ tweets: [{ id: '1', text: 'good' }] });
    expect((await purge('1')).json).toEqual({ removed: { rows: 1, contributions: 0 } });
    expect((await purge('1')).json).toEqual({ removed: { rows: 0, contributions: 0 } });
  });

  it('accepts an id with leading zeros', async () => {
    await purge('0020');
    expect(app.store.purged).toEqual(['20']);
  });
});
