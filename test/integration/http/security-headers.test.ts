/** Security headers of documents (OWASP Secure Headers Project), and keys for them. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { API_KEY, AS_CALLER, startApp, type TestApp } from './helpers/start-app.ts';

describe('documents that browsers open', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startApp();
  });
  afterAll(() => app.stop());

  it.each(['/', '/docs', '/docs/static/swagger-ui.css', '/openapi.json', '/assets/favicon'])(
    '%s has the security headers',
    async (path) => {
      const { text } = await app.call('/', { headers: { accept: 'text/html' } });
      const icon = /"(\/assets\/[^"]+\.svg)"/.exec(text)?.[1] ?? '';
      const { headers } = await app.call(path === '/assets/favicon' ? icon : path);
      expect(headers).toMatchObject({
        'content-security-policy': expect.stringMatching(
          /default-src 'none'.*frame-ancestors 'none'/,
        ),
        'cross-origin-embedder-policy': 'require-corp',
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-resource-policy': 'same-origin',
        'permissions-policy': expect.stringContaining('camera=(), '),
        'referrer-policy': 'no-referrer',
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'x-permitted-cross-domain-policies': 'none',
      });
    },
  );
});

describe('Strict-Transport-Security', () => {
  let app: TestApp;
  afterEach(() => app.stop());

  const overTls = () => app.call('/v1/status', { headers: { 'x-forwarded-proto': 'https' } });

  it('is sent if a trusted proxy was reached over TLS', async () => {
    app = await startApp({ settings: { trustProxyHops: 1 } });
    expect((await overTls()).headers['strict-transport-security']).toBe('max-age=31536000');
    const plain = await app.call('/v1/status', { headers: { 'x-forwarded-proto': 'http' } });
    expect(plain.headers['strict-transport-security']).toBeUndefined();
  });

  it('is not sent on the word of a client', async () => {
    app = await startApp({ settings: { trustProxyHops: 0 } });
    expect((await overTls()).headers['strict-transport-security']).toBeUndefined();
  });
});

describe('PROTECT_DOCS', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startApp({ settings: { protectDocs: true } });
  });
  afterAll(() => app.stop());

  const DOCUMENTS = ['/docs', '/docs/static/swagger-ui.css', '/docs/json', '/openapi.json'];
  const basic = (key: string) => ({
    authorization: `Basic ${Buffer.from(`anyone:${key}`).toString('base64')}`,
  });

  it.each(DOCUMENTS)('%s requires an API key', async (path) => {
    for (const headers of [
      {},
      { 'x-api-key': 'wrong' },
      basic('wrong'),
      { authorization: 'Basic' },
    ]) {
      const answer = await app.call(path, { headers });
      expect([answer.status, answer.json.code]).toEqual([401, 'unauthorized']);
      expect(answer.headers['www-authenticate']).toMatch(/^Basic realm=/);
    }
    expect((await app.call(path, { headers: AS_CALLER })).status).toBe(200);
    expect((await app.call(path, { headers: basic(API_KEY) })).status).toBe(200);
  });

  it('leaves the page and health checks open', async () => {
    for (const path of ['/', '/livez', '/v1/status']) {
      expect([path, (await app.call(path)).status]).toEqual([path, 200]);
    }
  });
});

it('the rate limit counts documents', async () => {
  const app = await startApp({ settings: { rateLimitPerMinute: 4 } });
  try {
    for (const path of ['/', '/docs', '/docs/static/swagger-ui.css', '/openapi.json']) {
      expect([path, (await app.call(path)).status]).toEqual([path, 200]);
    }
    for (const path of ['/', '/docs', '/docs/static/swagger-ui.css', '/openapi.json']) {
      expect([path, (await app.call(path)).status]).toEqual([path, 429]);
    }
  } finally {
    await app.stop();
  }
});
