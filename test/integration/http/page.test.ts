import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from './helpers/start-app.ts';

const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';
const AS_BROWSER = { accept: BROWSER };

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app?.stop());

describe('GET /', () => {
  it.each([
    [BROWSER, 'text/html'],
    ['text/html', 'text/html'],
    ['text/*', 'text/html'],
    ['application/json;q=0.5, text/html', 'text/html'],
    ['application/json', 'application/json'],
    ['application/json, text/html;q=0.5', 'application/json'],
    ['text/html;q=0, application/json', 'application/json'],
    ['*/*', 'application/json'],
    ['image/png', 'application/json'],
  ])('for a client that accepts %s is %s', async (accept, type) => {
    const { status, headers } = await app.call('/', { headers: { accept } });
    expect([status, headers['content-type']]).toEqual([200, `${type}; charset=utf-8`]);
    expect(headers.vary).toBe('Accept');
  });

  it('may load its own files only, run nothing inline and not be framed', async () => {
    const { headers, text } = await app.call('/', { headers: AS_BROWSER });
    const policy = String(headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).toContain("require-trusted-types-for 'script'");
    expect(policy).not.toMatch(/unsafe|https?:|\*|data:/);
    expect(text).not.toMatch(/ style=|<style|<script>|\bon\w+=/);
  });

  it('is revalidated, and answered 304 while it is unchanged', async () => {
    const { headers } = await app.call('/', { headers: AS_BROWSER });
    expect(headers['cache-control']).toBe('no-cache');
    const again = { ...AS_BROWSER, 'if-none-match': String(headers.etag) };
    const same = await app.client.send('/', { headers: again });
    expect([same.status, same.text, same.headers.etag]).toEqual([304, '', headers.etag]);
    for (const tags of [`W/${headers.etag}`, `"another", ${headers.etag}`]) {
      const headersOfProxy = { ...AS_BROWSER, 'if-none-match': tags };
      expect((await app.client.send('/', { headers: headersOfProxy })).status).toBe(304);
    }
    const other = { ...AS_BROWSER, 'if-none-match': '"another"' };
    expect((await app.call('/', { headers: other })).status).toBe(200);
  });
});

describe('the files of the page', () => {
  const filesOf = (html: string) =>
    [...html.matchAll(/"(\/assets\/[^"]+)"/g)].map(([, path]) => path ?? '');

  it('have a hash of their content in their names, and are kept for good', async () => {
    const { text } = await app.call('/', { headers: AS_BROWSER });
    const files = filesOf(text);
    expect(new Set(files.map((path) => path.replace(/^.*\./, '')))).toEqual(
      new Set(['js', 'css', 'svg']),
    );
    for (const path of files) {
      expect(path).toMatch(/^\/assets\/\w+-[0-9A-Z]{8}\.\w+$/);
      const { status, headers } = await app.call(path);
      expect([status, headers['cache-control']]).toEqual([
        200,
        'public, max-age=31536000, immutable',
      ]);
      expect(headers['x-content-type-options']).toBe('nosniff');
    }
  });

  it.each(['br', 'gzip'])('come compressed with %s to who takes it', async (encoding) => {
    const { text } = await app.call('/', { headers: AS_BROWSER });
    const script = filesOf(text).find((path) => path.endsWith('.js')) ?? '';
    const plain = await app.call(script);
    const packed = await app.call(script, { headers: { 'accept-encoding': encoding } });
    expect([packed.headers['content-encoding'], packed.headers.vary]).toEqual([
      encoding,
      'accept-encoding',
    ]);
    expect(Number(packed.headers['content-length'])).toBeLessThan(
      Number(plain.headers['content-length']) / 2,
    );
  });

  it('stand in for those of another release, which are never kept', async () => {
    const { text } = await app.call('/', { headers: AS_BROWSER });
    for (const path of filesOf(text)) {
      const own = await app.call(path);
      const other = await app.call(path.replace(/-\w+\./, '-0A1B2C3D.'));
      expect([other.status, other.text]).toEqual([200, own.text]);
      expect(other.headers).toMatchObject({
        'cache-control': 'no-store',
        'content-type': own.headers['content-type'],
      });
    }
    expect((await app.call('/assets/other-0A1B2C3D.js')).json.code).toBe('not_found');
    expect((await app.call('/assets/page-short.js')).json.code).toBe('not_found');
  });

  it.each(['/assets/', '/assets/nothing.js', '/assets/../index.html', '/assets/%2e%2e/index.html'])(
    'have fixed names, so that %s is not found',
    async (path) => {
      expect((await app.call(path)).json.code).toBe('not_found');
    },
  );

  it('are only read', async () => {
    const { text } = await app.call('/', { headers: AS_BROWSER });
    const answer = await app.call(filesOf(text)[0] ?? '', { method: 'POST', body: {} });
    expect([answer.status, answer.headers.allow]).toEqual([405, 'GET, HEAD']);
  });
});
