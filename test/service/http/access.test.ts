import { afterEach, describe, expect, it } from '@jest/globals';
import {
  ADMIN_TOKEN,
  API_KEY,
  type AppOptions,
  AS_ADMIN,
  AS_CALLER,
  startApp,
  type TestApp,
} from './helpers/start-app.ts';

let app: TestApp;
afterEach(() => app.stop());

const start = async (settings: NonNullable<AppOptions['settings']> = {}) => {
  app = await startApp({ settings });
};
const score = (headers: Record<string, string | string[]> = {}) =>
  app.call('/v1/inference', { body: { texts: ['a'] }, headers });
const ingest = (headers: Record<string, string> = {}) =>
  app.call('/v1/admin/tweets', { body: { tweets: [{ id: '1', text: 'a' }] }, headers });

describe('API keys', () => {
  it('are not asked for where none is configured', async () => {
    await start({ apiKeys: [] });
    expect((await score()).status).toBe(200);
    expect((await score({ 'x-api-key': 'whatever' })).status).toBe(200);
  });

  it('may be several', async () => {
    await start({ apiKeys: ['first', 'second'] });
    for (const key of ['first', 'second']) {
      expect((await score({ 'x-api-key': key })).status).toBe(200);
    }
  });

  it.each([
    ['missing', {}, 401, 'unauthorized'],
    ['empty', { 'x-api-key': '' }, 401, 'unauthorized'],
    ['wrong', { 'x-api-key': 'wrong' }, 403, 'forbidden'],
    ['a beginning of the right one', { 'x-api-key': API_KEY.slice(0, -1) }, 403, 'forbidden'],
    ['given twice', { 'x-api-key': [API_KEY, API_KEY] }, 403, 'forbidden'],
    ['the admin token', { 'x-api-key': ADMIN_TOKEN }, 403, 'forbidden'],
  ])('%s: refused', async (_case, headers, status, code) => {
    await start();
    const answer = await score(headers);
    expect([answer.status, answer.json.code]).toEqual([status, code]);
    expect(answer.headers['www-authenticate']).toBe(
      status === 401 ? 'ApiKey realm="tweet-sentiment-service"' : undefined,
    );
    expect(app.model.asked).toEqual([]);
  });

  it('are not asked for by what is open to all', async () => {
    await start();
    const open = ['/', '/livez', '/readyz', '/v1/status', '/docs', '/openapi.json', '/v2'];
    for (const path of [...open, '/v2/health/ready', '/v2/models/fake-model']) {
      expect([path, (await app.call(path)).status]).toEqual([path, 200]);
    }
  });
});

describe('admin routes', () => {
  it('do not exist without a token, whatever is shown', async () => {
    await start({ adminToken: undefined });
    for (const headers of [{}, AS_ADMIN, { authorization: 'Bearer ' }]) {
      expect((await ingest(headers)).json.code).toBe('not_found');
    }
  });

  it('take the token under any spelling of the scheme', async () => {
    await start();
    for (const scheme of ['Bearer', 'bearer', 'BEARER ']) {
      expect((await ingest({ authorization: `${scheme} ${ADMIN_TOKEN}` })).status).toBe(200);
    }
  });

  it.each([
    ['no token', {}, 401, 'unauthorized'],
    ['another scheme', { authorization: `Basic ${ADMIN_TOKEN}` }, 401, 'unauthorized'],
    ['an API key', AS_CALLER, 401, 'unauthorized'],
    ['a wrong token', { authorization: 'Bearer wrong' }, 403, 'forbidden'],
    ['an API key as a token', { authorization: `Bearer ${API_KEY}` }, 403, 'forbidden'],
  ])('refuse %s', async (_case, headers, status, code) => {
    await start();
    const answer = await ingest(headers);
    expect([answer.status, answer.json.code]).toEqual([status, code]);
    expect(answer.headers['www-authenticate']).toBe(
      status === 401 ? 'Bearer realm="tweet-sentiment-service"' : undefined,
    );
  });
});

describe('the rate limit', () => {
  it('is off by default', async () => {
    await start();
    for (let i = 0; i < 20; i += 1) expect((await score(AS_CALLER)).status).toBe(200);
  });

  it('refuses the caller who has had enough, and says until when', async () => {
    await start({ rateLimitPerMinute: 2 });
    expect((await score(AS_CALLER)).status).toBe(200);
    const second = await score(AS_CALLER);
    expect(second.headers['x-ratelimit-remaining']).toBe('0');
    const third = await score(AS_CALLER);
    expect([third.status, third.json.code]).toEqual([429, 'rate_limited']);
    expect(third.json.retryAfterSeconds).toBeGreaterThan(0);
    expect(third.json.retryAfterSeconds).toBeLessThanOrEqual(60);
  });

  it('counts each API key by itself, over all routes', async () => {
    await start({ rateLimitPerMinute: 1, apiKeys: ['first', 'second'] });
    expect((await app.call('/v1/status', { headers: { 'x-api-key': 'first' } })).status).toBe(200);
    expect((await score({ 'x-api-key': 'first' })).status).toBe(429);
    expect((await score({ 'x-api-key': 'second' })).status).toBe(200);
  });

  it('counts guesses of a key by address', async () => {
    await start({ rateLimitPerMinute: 2 });
    const answers = [];
    for (const key of ['a', 'b', 'c']) answers.push((await score({ 'x-api-key': key })).status);
    expect(answers).toEqual([403, 403, 429]);
  });

  it('never touches health routes and the administrator', async () => {
    await start({ rateLimitPerMinute: 1 });
    for (let i = 0; i < 3; i += 1) {
      expect((await app.call('/readyz')).status).toBe(200);
      expect((await app.call('/v2/health/live')).status).toBe(200);
      expect((await ingest(AS_ADMIN)).status).toBe(200);
    }
  });

  it('speaks the words of the protocol under /v2', async () => {
    await start({ rateLimitPerMinute: 1 });
    await app.call('/v2');
    const answer = await app.call('/v2');
    expect(answer.status).toBe(429);
    expect(answer.json).toEqual({ error: expect.any(String) });
  });
});

describe('the client address', () => {
  const from = (address: string) =>
    app.call('/v1/status', { headers: { 'x-forwarded-for': address } });

  it('is that of the socket where no proxy is trusted', async () => {
    await start({ rateLimitPerMinute: 1, trustProxyHops: 0 });
    expect((await from('198.51.100.1')).status).toBe(200);
    expect((await from('198.51.100.2')).status).toBe(429);
  });

  it('is what the trusted proxy saw, not what the client claims', async () => {
    await start({ rateLimitPerMinute: 1, trustProxyHops: 1 });
    expect((await from('198.51.100.1')).status).toBe(200);
    expect((await from('198.51.100.2')).status).toBe(200);
    expect((await from('203.0.113.9, 198.51.100.2')).status).toBe(429);
  });
});
