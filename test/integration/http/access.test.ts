import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import {
  ADMIN_TOKEN,
  API_KEY,
  type AppOptions,
  AS_ADMIN,
  AS_CALLER,
  NEXT_ADMIN_TOKEN,
  startApp,
  type TestApp,
} from './helpers/start-app.ts';

let app: TestApp;

/** The tests of a describe block share an app with these settings. */
function withSettings(settings: NonNullable<AppOptions['settings']> = {}): void {
  beforeAll(async () => {
    app = await startApp({ settings });
  });
  afterEach(() => app.reset());
  afterAll(() => app.stop());
}

type Headers = Record<string, string | string[]>;
const score = (headers: Headers = {}) =>
  app.call('/v1/inference', { body: { texts: ['a'] }, headers });
const status = (headers: Headers) => app.call('/v1/status', { headers });
const ingest = (headers: Record<string, string> = {}) =>
  app.call('/v1/admin/tweets', { body: { tweets: [{ id: '1', text: 'a' }] }, headers });

describe('without API keys', () => {
  withSettings({ apiKeys: [] });

  it('every caller may score, with or without a key', async () => {
    expect((await score()).status).toBe(200);
    expect((await score({ 'x-api-key': 'whatever' })).status).toBe(200);
  });
});

describe('with two API keys', () => {
  withSettings({ apiKeys: ['first', 'second'] });

  it.each(['first', 'second'])('the %s of them is accepted', async (key) => {
    expect((await score({ 'x-api-key': key })).status).toBe(200);
  });
});

describe('an API key', () => {
  withSettings();

  it.each([
    ['missing', {}, 401, 'unauthorized'],
    ['empty', { 'x-api-key': '' }, 401, 'unauthorized'],
    ['wrong', { 'x-api-key': 'wrong' }, 403, 'forbidden'],
    ['a prefix of the right one', { 'x-api-key': API_KEY.slice(0, -1) }, 403, 'forbidden'],
    ['given twice', { 'x-api-key': [API_KEY, API_KEY] }, 403, 'forbidden'],
    ['the admin token', { 'x-api-key': ADMIN_TOKEN }, 403, 'forbidden'],
  ])('that is %s is refused', async (_case, headers, status, code) => {
    const answer = await score(headers);
    expect([answer.status, answer.json.code]).toEqual([status, code]);
    expect(answer.headers['www-authenticate']).toBe(
      status === 401 ? 'ApiKey realm="tweet-sentiment-service"' : undefined,
    );
    expect(app.model.asked).toEqual([]);
  });

  it('is not required by public routes', async () => {
    const open = ['/', '/livez', '/readyz', '/v1/status', '/docs', '/openapi.json', '/v2'];
    for (const path of [...open, '/v2/health/ready', '/v2/models/fake-model']) {
      expect([path, (await app.call(path)).status]).toEqual([path, 200]);
    }
  });

  it('is not limited in its requests by default', async () => {
    for (let i = 0; i < 20; i += 1) expect((await score(AS_CALLER)).status).toBe(200);
  });
});

describe('without an admin token', () => {
  withSettings({ adminTokens: [] });

  it('admin routes do not exist, whatever the credentials', async () => {
    for (const headers of [{}, AS_ADMIN, { authorization: 'Bearer ' }]) {
      expect((await ingest(headers)).json.code).toBe('not_found');
    }
  });
});

describe('admin routes', () => {
  withSettings();

  it('accept the token under any spelling of the scheme', async () => {
    for (const scheme of ['Bearer', 'bearer', 'BEARER ']) {
      expect((await ingest({ authorization: `${scheme} ${ADMIN_TOKEN}` })).status).toBe(200);
    }
  });

  it('accept each of two tokens, as during a rotation', async () => {
    for (const token of [ADMIN_TOKEN, NEXT_ADMIN_TOKEN]) {
      expect((await ingest({ authorization: `Bearer ${token}` })).status).toBe(200);
    }
  });

  it.each([
    ['no token', {}, 401, 'unauthorized'],
    ['another scheme', { authorization: `Basic ${ADMIN_TOKEN}` }, 401, 'unauthorized'],
    ['an API key', AS_CALLER, 401, 'unauthorized'],
    ['a wrong token', { authorization: 'Bearer wrong' }, 403, 'forbidden'],
    [
      'both tokens of a rotation at once',
      { authorization: `Bearer ${ADMIN_TOKEN},${NEXT_ADMIN_TOKEN}` },
      403,
      'forbidden',
    ],
    ['an API key as a token', { authorization: `Bearer ${API_KEY}` }, 403, 'forbidden'],
  ])('refuse %s', async (_case, headers, status, code) => {
    const answer = await ingest(headers);
    expect([answer.status, answer.json.code]).toEqual([status, code]);
    expect(answer.headers['www-authenticate']).toBe(
      status === 401 ? 'Bearer realm="tweet-sentiment-service"' : undefined,
    );
  });
});

describe('a rate limit of 2 a minute behind one trusted proxy', () => {
  withSettings({
    rateLimitPerMinute: 2,
    trustProxyHops: 1,
    apiKeys: [API_KEY, 'first', 'second'],
  });

  it('is shown in /v1/status', async () => {
    expect((await status(AS_ADMIN)).json.limits.requestsPerMinute).toBe(2);
  });

  /** Statuses of three requests to /v1/status with these headers. */
  const threeTimes = async (headers: Headers) => {
    const statuses = [];
    for (let i = 0; i < 3; i += 1) statuses.push((await status(headers)).status);
    return statuses;
  };

  it('is named in answers to requests that count, and in no others', async () => {
    const counted = 'x-ratelimit-limit';
    const from = { 'x-forwarded-for': '198.51.100.30' };
    expect((await status(from)).headers).toHaveProperty(counted, '2');
    for (const path of ['/livez', '/readyz', '/unknown', '/v1/unknown']) {
      expect((await app.call(path, { headers: from })).headers).not.toHaveProperty(counted);
    }
    expect((await status({ ...from, ...AS_ADMIN })).headers).not.toHaveProperty(counted);
  });

  it('refuses the third request of a key, and says when to retry', async () => {
    expect((await score(AS_CALLER)).status).toBe(200);
    const second = await score(AS_CALLER);
    expect(second.headers['x-ratelimit-remaining']).toBe('0');
    const third = await score(AS_CALLER);
    expect([third.status, third.json.code]).toEqual([429, 'rate_limited']);
    expect(third.json.retryAfterSeconds).toBeGreaterThan(0);
    expect(third.json.retryAfterSeconds).toBeLessThanOrEqual(60);
  });

  it.each([-1, 1])(
    'lasts a minute at most after the clock has jumped by %d years',
    async (years) => {
      const from = { 'x-forwarded-for': `198.51.100.${20 + years}` };
      await status(from);
      const clock = jest.spyOn(Date, 'now').mockReturnValue(Date.now() + years * 31_536_000_000);
      try {
        await status(from);
        const third = await status(from);
        expect(third.status).toBe(429);
        expect(third.json.retryAfterSeconds).toBeGreaterThan(0);
        expect(third.json.retryAfterSeconds).toBeLessThanOrEqual(60);
      } finally {
        clock.mockRestore();
      }
    },
  );

  it('counts each API key separately, over all routes', async () => {
    expect(await threeTimes({ 'x-api-key': 'first' })).toEqual([200, 200, 429]);
    expect((await score({ 'x-api-key': 'first' })).status).toBe(429);
    expect((await score({ 'x-api-key': 'second' })).status).toBe(200);
  });

  it('counts requests with wrong keys by address', async () => {
    const from = { 'x-forwarded-for': '198.51.100.10' };
    const answers = [];
    for (const key of ['a', 'b', 'c']) {
      answers.push((await score({ 'x-api-key': key, ...from })).status);
    }
    expect(answers).toEqual([403, 403, 429]);
  });

  it('does not apply to health routes and the administrator', async () => {
    const from = { 'x-forwarded-for': '198.51.100.11' };
    for (let i = 0; i < 3; i += 1) {
      expect((await app.call('/readyz', { headers: from })).status).toBe(200);
      expect((await app.call('/v2/health/live', { headers: from })).status).toBe(200);
      expect((await ingest({ ...AS_ADMIN, ...from })).status).toBe(200);
    }
  });

  it('answers with the error body of the Open Inference Protocol under /v2', async () => {
    const headers = { 'x-forwarded-for': '198.51.100.12' };
    await app.call('/v2', { headers });
    await app.call('/v2', { headers });
    const answer = await app.call('/v2', { headers });
    expect(answer.status).toBe(429);
    expect(answer.json).toEqual({ error: expect.any(String) });
  });

  it('counts by the address that the proxy saw, not by the one that the client claims', async () => {
    const first = { 'x-forwarded-for': '198.51.100.1' };
    expect(await threeTimes(first)).toEqual([200, 200, 429]);
    const second = { 'x-forwarded-for': '198.51.100.2' };
    expect((await status(second)).status).toBe(200);
    const claimed = { 'x-forwarded-for': '203.0.113.9, 198.51.100.2' };
    expect((await status(claimed)).status).toBe(200);
    expect((await status(claimed)).status).toBe(429);
  });
});

describe('a rate limit without a trusted proxy', () => {
  withSettings({ rateLimitPerMinute: 1, trustProxyHops: 0 });

  it('counts by the address of the socket', async () => {
    expect((await status({ 'x-forwarded-for': '198.51.100.1' })).status).toBe(200);
    expect((await status({ 'x-forwarded-for': '198.51.100.2' })).status).toBe(429);
  });
});
