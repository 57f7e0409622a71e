/** Bodies as no JSON library sends them, and DELETE as many clients send it. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { API_KEY, AS_ADMIN, AS_CALLER, startApp, type TestApp } from './helpers/start-app.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.stop());

async function post(body: Buffer, contentType = 'application/json') {
  const head = [
    'POST /v1/inference HTTP/1.1',
    'Host: a',
    'Connection: close',
    `X-API-Key: ${API_KEY}`,
    `Content-Type: ${contentType}`,
    `Content-Length: ${body.length}`,
  ].join('\r\n');
  const answer = await app.client.raw(Buffer.concat([Buffer.from(`${head}\r\n\r\n`), body]));
  return { status: Number(answer.split(' ')[1]), answer };
}

describe('a JSON body', () => {
  it('that is not UTF-8 is refused', async () => {
    const { status, answer } = await post(Buffer.from('{"texts":["caf\xe9 love"]}', 'latin1'));
    expect(status).toBe(400);
    expect(answer).toContain('The body is not valid UTF-8');
  });

  it('may begin with a byte order mark', async () => {
    expect((await post(Buffer.from('\ufeff{"texts":["a"]}'))).status).toBe(200);
  });

  it.each(['utf-8', 'UTF-8', '"utf-8"', 'utf8', 'us-ascii'])(
    'may be said to be %s',
    async (charset) => {
      const body = Buffer.from('{"texts":["a"]}');
      expect((await post(body, `application/json; charset=${charset}`)).status).toBe(200);
    },
  );

  it('in another charset is refused', async () => {
    const body = Buffer.from('{"texts":["a"]}');
    const { status, answer } = await post(body, 'application/json; charset=iso-8859-1');
    expect(status).toBe(415);
    expect(answer).toContain('"unsupported_media_type"');
  });

  it.each(['{"texts":["a"],"__proto__":{}}', '{"texts":["a"],"constructor":{"prototype":{}}}'])(
    'with a property that JavaScript gives a meaning is refused by its name: %s',
    async (body) => {
      const { json } = await app.call('/v1/inference', { body, headers: AS_CALLER });
      expect(json.code).toBe('invalid_request');
      expect(json.detail).toMatch(/"__proto__" or "constructor.prototype"/);
    },
  );

  it('is refused with 503 if all bodies together exceed the limit in bytes', async () => {
    const small = await startApp({ limits: { bodyBytes: 16 } });
    // Each client leaves 15 of 16 bytes; the 69th exceeds 64 times the limit.
    const head = `POST /v1/inference HTTP/1.1\r\nHost: a\r\nX-API-Key: ${API_KEY}\r\nContent-Type: application/json\r\nContent-Length: 16\r\n\r\n`;
    const sockets = Array.from({ length: 69 }, () => small.client.connect());
    const answered = Promise.any(
      sockets.map(
        (socket) =>
          new Promise<string>((resolve) => socket.once('data', (data) => resolve(String(data)))),
      ),
    );
    for (const socket of sockets) socket.write(`${head}${' '.repeat(15)}`);
    expect(await answered).toMatch(/^HTTP\/1.1 503 .*retry-after.*"overloaded"/is);
    for (const socket of sockets) socket.destroy();
    await small.stop();
  });
});

describe('a request of a route without a body', () => {
  it.each(['application/json', 'text/plain', 'application/x-www-form-urlencoded'])(
    'is accepted with content-type %s',
    async (contentType) => {
      for (const path of ['tweets/1', 'users/5', 'topics/%23a']) {
        const answer = await app.call(`/v1/admin/features/${path}`, {
          method: 'DELETE',
          headers: { ...AS_ADMIN, 'content-type': contentType },
        });
        expect(answer.status).toBe(200);
      }
      const rebuild = await app.call('/v1/admin/features/rebuild', {
        method: 'POST',
        headers: { ...AS_ADMIN, 'content-type': contentType },
      });
      expect([rebuild.status, rebuild.json.nextCursor]).toEqual([200, null]);
    },
  );

  it.each([
    [200, 'application/json', ''],
    [200, 'text/plain', ''],
    [200, undefined, ''],
    [200, 'application/json', '{}'],
    [400, 'text/plain', 'a'],
  ])('is answered with %d if its chunked body of type %s is %j', async (status, type, body) => {
    for (const [method, path] of [
      ['DELETE', '/v1/admin/features/tweets/1'],
      ['POST', '/v1/admin/features/rebuild'],
    ] as const) {
      const head = [
        `${method} ${path} HTTP/1.1`,
        'Host: a',
        'Connection: close',
        `Authorization: ${AS_ADMIN.authorization}`,
        ...(type === undefined ? [] : [`Content-Type: ${type}`]),
        'Transfer-Encoding: chunked',
      ].join('\r\n');
      const chunk = body === '' ? '' : `${body.length}\r\n${body}\r\n`;
      const answer = await app.client.raw(`${head}\r\n\r\n${chunk}0\r\n\r\n`);
      expect([path, answer.slice(0, 12)]).toEqual([path, `HTTP/1.1 ${status}`]);
    }
  });
});
