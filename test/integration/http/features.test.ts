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
import { FeatureStoreUnavailableError } from '../../../service/domain/errors.ts';
import type { FeatureRow } from '../../../service/domain/feature-row.ts';
import { anId, aRow } from '../../port-suites/feature-store-contract.ts';
import { AS_ADMIN, AS_CALLER, startApp, type TestApp } from './helpers/start-app.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.stop());
afterEach(async () => {
  jest.restoreAllMocks();
  await app.reset();
});

const RANGE = 'from=2021-11-14&to=2021-11-16';
const NONE = { negative: 0, neutral: 0, positive: 0 };
const SCORES = { negative: 0.05, neutral: 0.15, positive: 0.8 };

const store = async (...rows: Partial<FeatureRow>[]) => {
  const writes = rows.map((row) => ({ row: aRow({ tweetId: anId(), ...row }), ttlSeconds: 60 }));
  await app.store.putTweets(writes);
  return writes.map(({ row }) => row);
};
const get = (path: string) => app.call(path, { headers: AS_CALLER });
const purge = (path: string) =>
  app.call(`/v1/admin/features/${path}`, { method: 'DELETE', headers: AS_ADMIN });

describe('GET /v1/users/{user}/sentiment', () => {
  it('answers totals and one entry for each day, other languages apart', async () => {
    await store(
      {},
      { label: 'negative', scores: { negative: 0.6, neutral: 0.1, positive: 0.3 } },
      { language: 'de', languageSupported: false },
    );
    const { status, json } = await get(`/v1/users/2244994945/sentiment?${RANGE}`);
    const counts = { negative: 1, neutral: 0, positive: 1 };
    const meanScores = { negative: 0.325, neutral: 0.125, positive: 0.55 };
    expect(status).toBe(200);
    expect(json).toEqual({
      entity: { type: 'user', id: '2244994945', username: 'someone' },
      from: '2021-11-14',
      to: '2021-11-16',
      total: 2,
      otherLanguages: 1,
      counts,
      meanScores,
      timeline: [
        { date: '2021-11-14', otherLanguages: 0, counts: NONE, meanScores: null },
        { date: '2021-11-15', otherLanguages: 1, counts, meanScores },
        { date: '2021-11-16', otherLanguages: 0, counts: NONE, meanScores: null },
      ],
    });
  });

  it.each([
    ['an id', '2244994945'],
    ['an id with leading zeros', '002244994945'],
    ['a username', '@someone'],
    ['a username in another case, percent-encoded', '%40SomeOne'],
    ['a username without @', 'someone'],
  ])('finds a user by %s', async (_, user) => {
    await store({});
    expect((await get(`/v1/users/${user}/sentiment`)).json.entity.id).toBe('2244994945');
  });

  it('treats a bare number as an id, and a number with @ as a username', async () => {
    await store({ authorId: '7', authorUsername: '12' }, { authorId: '12', authorUsername: 'x' });
    expect((await get('/v1/users/12/sentiment')).json.entity.id).toBe('12');
    expect((await get('/v1/users/@12/sentiment')).json.entity.id).toBe('7');
  });

  it('answers null for an unknown username', async () => {
    await store({ authorUsername: null });
    expect((await get('/v1/users/2244994945/sentiment')).json.entity.username).toBeNull();
  });

  it('answers zeros for a known user without tweets in the range, and 404 for an unknown user', async () => {
    await store({});
    const empty = await get('/v1/users/@someone/sentiment?from=2020-01-01&to=2020-01-02');
    expect(empty.status).toBe(200);
    expect(empty.json).toMatchObject({ total: 0, counts: NONE, meanScores: null });
    expect(empty.json.timeline).toHaveLength(2);
    for (const user of ['@nobody', 'nobody', '1']) {
      const { status, json } = await get(`/v1/users/${user}/sentiment`);
      expect([status, json.code]).toEqual([404, 'entity_not_found']);
    }
  });

  it('answers the last 30 days by default', async () => {
    const nowMs = Date.UTC(2026, 10, 28, 12);
    await store({ eventTimestampMs: nowMs });
    jest.spyOn(Date, 'now').mockReturnValue(nowMs);
    const { json } = await get('/v1/users/2244994945/sentiment');
    expect([json.from, json.to]).toEqual(['2026-10-30', '2026-11-28']);
    expect(json.timeline).toHaveLength(30);
    expect(json.total).toBe(1);
  });

  it('completes a range with one given end', async () => {
    await store({});
    const { json } = await get('/v1/users/2244994945/sentiment?to=2021-11-15');
    expect([json.from, json.to]).toEqual(['2021-10-17', '2021-11-15']);
    jest.spyOn(Date, 'now').mockReturnValue(Date.UTC(2021, 10, 16, 12));
    const toToday = await get('/v1/users/2244994945/sentiment?from=2021-11-14');
    expect([toToday.json.from, toToday.json.to]).toEqual(['2021-11-14', '2021-11-16']);
  });

  it.each([
    ['366 days', 'from=2020-01-01&to=2020-12-31', 366],
    ['one day', 'from=2020-02-29&to=2020-02-29', 1],
    ['days before 1970', 'from=1969-12-31&to=1970-01-01', 2],
  ])('accepts a range of %s', async (_, range, days) => {
    await store({});
    expect((await get(`/v1/users/@someone/sentiment?${range}`)).json.timeline).toHaveLength(days);
  });
});

describe('an invalid range', () => {
  it.each([
    ['367 days', 'from=2020-01-01&to=2021-01-01', /366 days/],
    ['its end before its start', 'from=2021-11-16&to=2021-11-15', /from .* to/],
    ['a word for a date', 'from=yesterday', /from/],
    ['an empty date', 'to=', /to is empty/],
    ['a day that does not exist', 'to=2021-02-30', /to must be a date .*, got "2021-02-30"/],
    ['a month that does not exist', 'from=2021-13-01', /from must be a date/],
    ['a time', 'from=2021-11-15T00:00:00Z', /from/],
    ['another order', 'from=15-11-2021', /from must be a date/],
    ['two starts', 'from=2021-11-15&from=2021-11-16', /from must be given once/],
    ['a misspelled name', 'form=2021-11-15', /unknown query parameter "form"/],
    ['a start in the future', 'from=2999-01-01', /from .* to/],
  ])('%s gets 400', async (_, range, detail) => {
    for (const path of ['/v1/users/1/sentiment', '/v1/topics/a/sentiment']) {
      const { status, json } = await get(`${path}?${range}`);
      expect([status, json.code]).toEqual([400, 'invalid_request']);
      expect(json.detail).toMatch(detail);
    }
  });
});

describe('GET /v1/topics/{tag}/sentiment', () => {
  it.each([
    ['a hashtag', '%23bitcoin', '#bitcoin'],
    ['a cashtag', '%24btc', '$btc'],
    ['a plain name', 'bitcoin', 'bitcoin'],
    ['another case', '%23BitCoin', '#bitcoin'],
    ['full-width letters', encodeURIComponent('＃ｂｉｔｃｏｉｎ'), '#bitcoin'],
    ['two words', 'two%20words', 'two words'],
    ['a slash', 'a%2Fb', 'a/b'],
    ['another script', encodeURIComponent('#日本'), '#日本'],
  ])('finds a topic by %s', async (_, tag, id) => {
    await store({ topics: ['#bitcoin', '$btc', 'bitcoin', 'two words', 'a/b', '#日本'] });
    const { status, json } = await get(`/v1/topics/${tag}/sentiment?${RANGE}`);
    expect(status).toBe(200);
    expect(json).toMatchObject({ entity: { type: 'topic', id }, total: 1, meanScores: SCORES });
    expect(json.timeline).toHaveLength(3);
  });

  it.each([
    ['a plain name', 'bitcoin', ['#bitcoin', '$bitcoin']],
    ['a hashtag', '%23bitcoin', ['$bitcoin', 'bitcoin']],
    ['a cashtag', '%24bitcoin', ['#bitcoin', 'bitcoin']],
  ])(
    '%s that is unknown gets 404 with the stored topics of the same name',
    async (_, tag, others) => {
      await store({ topics: others });
      const { status, json } = await get(`/v1/topics/${tag}/sentiment`);
      expect([status, json.code]).toEqual([404, 'entity_not_found']);
      expect(json.didYouMean).toEqual(others);
      expect(json.detail).toContain(`Did you mean ${others.join(' or ')}?`);
    },
  );

  it('a topic without one of the same name gets 404 without a suggestion', async () => {
    await store({ topics: ['#bitcoin'] });
    const { status, json } = await get('/v1/topics/bitcoins/sentiment');
    expect([status, json.code]).toEqual([404, 'entity_not_found']);
    expect(json).not.toHaveProperty('didYouMean');
  });

  it.each([
    ['with its # 100 characters', `#${'a'.repeat(99)}`, 404],
    ['with its # 101 characters', `#${'a'.repeat(100)}`, 414],
    ['50 letters of two code units each', '𐐨'.repeat(50), 404],
    ['51 letters of two code units each', '𐐨'.repeat(51), 414],
  ])('a topic may be 100 UTF-16 code units long: %s', async (_, topic, expected) => {
    const path = `/v1/topics/${encodeURIComponent(topic)}/sentiment`;
    expect((await get(path)).status).toBe(expected);
  });

  it('says how long a topic may be, and what it may begin with', async () => {
    const { json } = await get('/v1/topics/%23a%23b/sentiment');
    expect(json.detail).toBe(
      'A topic must be a name, optionally after one # (%23) or $ (%24), of at most 100 UTF-16 code units in all.',
    );
  });

  it.each(['%23', '%20', '%23a%23b', 'a%00b'])('refuses the invalid topic %s', async (tag) => {
    const { status, json } = await get(`/v1/topics/${tag}/sentiment`);
    expect([status, json.code]).toEqual([400, 'invalid_request']);
  });

  it('refuses an invalid user', async () => {
    for (const user of ['@', 'a%20b', '0', '@a-b', '12345678901234567890%40']) {
      const { status, json } = await get(`/v1/users/${user}/sentiment`);
      expect([user, status, json.code]).toEqual([user, 400, 'invalid_request']);
    }
  });
});

describe('GET /v1/users', () => {
  beforeEach(async () => {
    const authors = Array.from({ length: 12 }, (_, index) =>
      Array.from({ length: index + 1 }, () => ({
        authorId: `${100 + index}`,
        authorUsername: `user${index}`,
      })),
    );
    await store(...authors.flat());
  });

  it('answers the ten most active users with their labels', async () => {
    const { json } = await get('/v1/users');
    expect(json.users).toHaveLength(10);
    expect(json.users[0]).toEqual({
      user: { id: '111', username: 'user11' },
      total: 12,
      otherLanguages: 0,
      counts: { negative: 0, neutral: 0, positive: 12 },
    });
    const totals = json.users.map(({ total }: { total: number }) => total);
    expect(totals).toEqual([12, 11, 10, 9, 8, 7, 6, 5, 4, 3]);
  });

  it.each([
    ['1', 1],
    ['12', 12],
    ['100', 12],
  ])('limits the users to %s', async (limit, length) => {
    expect((await get(`/v1/users?limit=${limit}`)).json.users).toHaveLength(length);
  });

  it.each(['0', '101', '-1', '1.5', '', 'ten', '1e1', '010', '1&limit=2'])(
    'refuses limit=%s',
    async (limit) => {
      const { status, json } = await get(`/v1/users?limit=${limit}`);
      expect([status, json.code]).toEqual([400, 'invalid_request']);
      expect(json.detail).toBe(
        limit.includes('&')
          ? 'limit must be given once.'
          : `limit must be a whole number from 1 to 100, got "${limit}".`,
      );
    },
  );
});

describe('GET /v1/topics', () => {
  it('answers the most active topics with their labels, other languages apart', async () => {
    await store(
      { topics: ['#phones', '$btc'] },
      { topics: ['#phones'] },
      { topics: ['#phones'], language: 'de', languageSupported: false },
    );
    const { status, json } = await get('/v1/topics');
    expect(status).toBe(200);
    expect(json).toEqual({
      topics: [
        {
          topic: { id: '#phones' },
          total: 2,
          otherLanguages: 1,
          counts: { negative: 0, neutral: 0, positive: 2 },
        },
        {
          topic: { id: '$btc' },
          total: 1,
          otherLanguages: 0,
          counts: { negative: 0, neutral: 0, positive: 1 },
        },
      ],
    });
  });

  it.each([
    ['', 10],
    ['?limit=1', 1],
    ['?limit=100', 12],
  ])('answers the number of topics asked for, ten by default: %j', async (query, length) => {
    await store({ topics: Array.from({ length: 12 }, (_, index) => `#topic${index}`) });
    expect((await get(`/v1/topics${query}`)).json.topics).toHaveLength(length);
  });

  it.each(['0', '101', 'ten', ''])('refuses limit=%s', async (limit) => {
    const { status, json } = await get(`/v1/topics?limit=${limit}`);
    expect([status, json.code]).toEqual([400, 'invalid_request']);
    expect(json.detail).toBe(`limit must be a whole number from 1 to 100, got "${limit}".`);
  });
});

describe('GET /v1/features/tweets', () => {
  it('answers rows in the order of the ids, null for missing rows', async () => {
    const [row] = await store({ tweetId: '20' });
    const { json } = await get('/v1/features/tweets?ids=7,20,0020');
    const shown = {
      tweetId: '20',
      authorId: '2244994945',
      authorUsername: 'someone',
      topics: ['#phones', '$btc'],
      eventTimestamp: '2021-11-15T19:08:05.000Z',
      createdTimestamp: '2026-11-23T08:00:00.123Z',
      model: { name: 'fake-model', revision: '0123456789ab' },
      preprocessingVersion: 1,
      label: 'positive',
      scores: SCORES,
      truncated: false,
      language: 'en',
      languageSupported: true,
      text: row?.text,
    };
    expect(json).toEqual({ rows: [null, shown, shown] });
  });

  it('omits the text if it is not exposed, and if the row has none', async () => {
    await store({ tweetId: '1', text: null });
    expect((await get('/v1/features/tweets?ids=1')).json.rows[0]).not.toHaveProperty('text');
    const discreet = await startApp({ exposeText: false });
    try {
      await discreet.store.putTweets([{ row: aRow({ tweetId: '1' }), ttlSeconds: 60 }]);
      const { json } = await discreet.call('/v1/features/tweets?ids=1', { headers: AS_CALLER });
      expect(json.rows[0]).toMatchObject({ tweetId: '1' });
      expect(json.rows[0]).not.toHaveProperty('text');
    } finally {
      await discreet.stop();
    }
  });

  it('accepts up to 100 ids', async () => {
    const ids = Array.from({ length: 100 }, () => '9223372036854775807');
    expect((await get(`/v1/features/tweets?ids=${ids}`)).json.rows).toHaveLength(100);
    const { status, json } = await get(`/v1/features/tweets?ids=${ids},1`);
    expect([status, json.code]).toEqual([400, 'batch_too_large']);
    expect(json.detail).toMatch(/101.*100/);
  });

  it.each([
    ['', 400, 'invalid_request'],
    ['?ids=', 400, 'invalid_request'],
    ['?ids=1&ids=2', 400, 'invalid_request'],
    ['?ids=1,', 400, 'invalid_tweet_id'],
    ['?ids=jack', 400, 'invalid_tweet_id'],
    ['?ids=0', 400, 'invalid_tweet_id'],
    ['?ids=9223372036854775808', 400, 'invalid_tweet_id'],
  ])('refuses %j', async (query, status, code) => {
    const answer = await get(`/v1/features/tweets${query}`);
    expect([answer.status, answer.json.code]).toEqual([status, code]);
  });
});

describe('purging users and topics', () => {
  it.each(['users/2244994945', 'users/@SomeOne', 'topics/%23phones', 'topics/%23PHONES'])(
    'DELETE /v1/admin/features/%s removes every tweet, and records that in the prediction log',
    async (path) => {
      const rows = await store({ tweetId: '1' }, { tweetId: '2' });
      const [other] = await store({ tweetId: '3', authorId: '9', topics: ['$btc'] });
      expect((await purge(path)).json).toEqual({
        ...(path.startsWith('users') && { userId: '2244994945' }),
        removed: { rows: 2, contributions: 6 },
      });
      const gone = rows.map(({ tweetId }) => tweetId);
      expect(app.predictionLog.purged.toSorted()).toEqual(gone);
      expect((await get(`/v1/features/tweets?ids=1,2,3`)).json.rows).toEqual([
        null,
        null,
        expect.objectContaining({ tweetId: other?.tweetId }),
      ]);
      expect((await get('/v1/users/@someone/sentiment')).status).toBe(404);
      expect(
        (await get('/v1/topics/%24btc/sentiment?from=2021-11-15&to=2021-11-15')).json.total,
      ).toBe(1);
      expect((await purge(path)).json.removed).toEqual({ rows: 0, contributions: 0 });
    },
  );

  it.each([
    ['users/1', { userId: '1' }],
    ['users/@unknown', { userId: null }],
    ['topics/unknown', {}],
  ])(
    'DELETE /v1/admin/features/%s removes nothing, and says which user it meant',
    async (path, user) => {
      const { status, json } = await purge(path);
      expect([status, json]).toEqual([200, { ...user, removed: { rows: 0, contributions: 0 } }]);
    },
  );

  it('removes no tweet if the prediction log fails', async () => {
    await store({ tweetId: '1' });
    app.predictionLog.failWith = new FeatureStoreUnavailableError('The disk is full.');
    expect((await purge('users/@someone')).json.code).toBe('feature_store_unavailable');
    expect((await get('/v1/users/@someone/sentiment')).status).toBe(200);
  });

  it('refuses an invalid user and an invalid topic', async () => {
    for (const path of ['users/a%20b', 'topics/%23']) {
      expect((await purge(path)).json.code).toBe('invalid_request');
    }
  });
});

it.each([
  ['GET', '/v1/admin/features/tweets', ''],
  ['POST', '/v1/admin/features/rebuild', 't'],
])(
  'a cursor that Redis would refuse is a fault of the request, not of the feature store: %s %s',
  async (method, path, letter) => {
    const page = (cursor: string) =>
      app.call(`${path}?cursor=${letter}${cursor}`, { method, headers: AS_ADMIN });
    expect((await page('18446744073709551615')).status).toBe(200);
    const { status, json } = await page('18446744073709551616');
    expect([status, json.code, json.detail]).toEqual([
      400,
      'invalid_request',
      `cursor must be at most ${letter}18446744073709551615.`,
    ]);
  },
);

describe('a feature store that is down', () => {
  it.each([
    ['GET', '/v1/users/1/sentiment'],
    ['GET', '/v1/users/@someone/sentiment'],
    ['GET', '/v1/topics/a/sentiment'],
    ['GET', '/v1/users'],
    ['GET', '/v1/topics'],
    ['GET', '/v1/features/tweets?ids=1'],
    ['DELETE', '/v1/admin/features/users/1'],
    ['DELETE', '/v1/admin/features/users/@someone'],
    ['DELETE', '/v1/admin/features/topics/a'],
  ])('makes %s %s answer 503 with Retry-After', async (method, path) => {
    app.store.failWith = new FeatureStoreUnavailableError('Redis is down.');
    const answer = await app.call(path, { method, headers: { ...AS_CALLER, ...AS_ADMIN } });
    expect([answer.status, answer.json.code]).toEqual([503, 'feature_store_unavailable']);
    expect(answer.headers['retry-after']).toMatch(/^[1-9]/);
  });
});

it('feature routes answer while the model is not ready', async () => {
  const starting = await startApp({ starting: true });
  try {
    expect((await starting.call('/v1/users', { headers: AS_CALLER })).status).toBe(200);
  } finally {
    await starting.stop();
  }
});
