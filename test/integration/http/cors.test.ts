import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AS_CALLER, startApp, type TestApp } from './helpers/start-app.ts';

const ORIGIN = 'https://dashboard.example.com';
const OTHER = 'https://other.example.com';

let app: TestApp;
const start = (corsOrigins: readonly string[]) => async () => {
  app = await startApp({ settings: { corsOrigins, rateLimitPerMinute: 100 } });
};

const score = (origin: string) =>
  app.call('/v1/inference', { headers: { ...AS_CALLER, origin }, body: { text: 'good' } });

const preflight = (origin: string, path = '/v1/inference') =>
  app.client.send(path, {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'content-type,x-api-key',
    },
  });

const corsHeaders = (headers: object) =>
  Object.keys(headers).filter((name) => name.startsWith('access-control-'));

describe('with CORS_ORIGINS', () => {
  beforeAll(start(['http://localhost:8501', ORIGIN]));
  afterAll(() => app.stop());

  it('answers the preflight of an allowed origin', async () => {
    const { status, text, headers } = await preflight(ORIGIN);
    expect([status, text]).toEqual([204, '']);
    expect(headers).toMatchObject({
      'access-control-allow-origin': ORIGIN,
      'access-control-allow-methods': 'GET, HEAD, POST, DELETE',
      'access-control-allow-headers': expect.stringMatching(/\bcontent-type\b.*\bx-api-key\b/),
      'access-control-max-age': '7200',
      vary: 'Origin',
    });
  });

  it('lets scripts of an allowed origin read an answer, its request id and its rate limit', async () => {
    const { status, headers } = await score(ORIGIN);
    expect(status).toBe(200);
    expect(headers['access-control-allow-origin']).toBe(ORIGIN);
    const exposed = String(headers['access-control-expose-headers']).split(', ');
    const limits = Object.keys(headers).filter((name) => name.startsWith('x-ratelimit-'));
    expect(limits.length).toBeGreaterThan(0);
    expect(exposed).toEqual(expect.arrayContaining([...limits, 'x-request-id', 'retry-after']));
  });

  it.each([
    ['without a key', '/v1/inference', 401],
    ['of an unknown path', '/v1/nothing', 404],
  ])(
    'lets scripts of an allowed origin read the problem of a request %s',
    async (_what, path, status) => {
      const answer = await app.call(path, { headers: { origin: ORIGIN }, body: { text: 'good' } });
      expect(answer.status).toBe(status);
      expect(answer.headers['access-control-allow-origin']).toBe(ORIGIN);
    },
  );

  it.each([OTHER, `${ORIGIN}.evil.example`, 'http://dashboard.example.com', 'null'])(
    'does not let scripts of %s read an answer',
    async (origin) => {
      const { status, headers } = await score(origin);
      expect([status, corsHeaders(headers), headers.vary]).toEqual([200, [], 'Origin']);
    },
  );

  it('refuses the preflight of another origin', async () => {
    const { status, headers } = await preflight(OTHER);
    expect([status, corsHeaders(headers)]).toEqual([405, []]);
  });

  it('never allows credentials of the browser', async () => {
    for (const { headers } of [await preflight(ORIGIN), await score(ORIGIN)]) {
      expect(headers).not.toHaveProperty('access-control-allow-credentials');
    }
  });

  it('names both headers that the answer at / varies by', async () => {
    expect((await app.call('/')).headers.vary).toBe('Accept, Origin');
  });
});

describe('without CORS_ORIGINS', () => {
  beforeAll(start([]));
  afterAll(() => app.stop());

  it('has no header of CORS and refuses preflights', async () => {
    const { headers } = await score(ORIGIN);
    expect([corsHeaders(headers), headers.vary]).toEqual([[], undefined]);
    expect((await preflight(ORIGIN)).status).toBe(405);
  });
});
