/** What only bare sockets send: malformed, slow, oversized, pipelined and cut-off requests. */
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  API_KEY,
  closed,
  soon,
  startApp,
  type TestApp,
  TWEET_URL,
  tweetPath,
} from './helpers/start-app.ts';

let app: TestApp;
beforeEach(async () => {
  app = await startApp({ limits: { requestReadTimeoutMs: 200 } });
});
afterEach(() => app.stop());

function problemIn(response: string) {
  const [head = '', body = ''] = response.split('\r\n\r\n');
  expect(head).toMatch(/^content-type: application\/problem\+json; charset=utf-8\r?$/m);
  expect(head).toMatch(/^x-request-id: [\w-]+\r?$/m);
  expect(head).toMatch(/^connection: close\r?$/im);
  const problem = JSON.parse(body);
  expect(head).toMatch(new RegExp(`^HTTP/1.1 ${problem.status} `));
  return problem;
}

const HEAD = `POST /v1/inference HTTP/1.1\r\nHost: a\r\nX-API-Key: ${API_KEY}\r\nContent-Type: application/json\r\n`;

const ask = `GET ${tweetPath(TWEET_URL)} HTTP/1.1\r\nHost: a\r\nX-API-Key: ${API_KEY}\r\n\r\n`;

describe('a connection that brings no valid request', () => {
  it.each([
    ['garbage', 'hello there\r\n\r\n', 400, 'invalid_request'],
    ['an unknown method', 'FETCH / HTTP/1.1\r\nHost: a\r\n\r\n', 400, 'invalid_request'],
    ['a header without a colon', 'GET / HTTP/1.1\r\nHost a\r\n\r\n', 400, 'invalid_request'],
    [
      'two lengths',
      `${HEAD}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n`,
      400,
      'invalid_request',
    ],
    [
      'a chunk size that is none',
      `${HEAD}Transfer-Encoding: chunked\r\n\r\nzz\r\n`,
      400,
      'invalid_request',
    ],
    [
      'headers over 16 KiB',
      `GET / HTTP/1.1\r\nX: ${'x'.repeat(17_000)}\r\n\r\n`,
      431,
      'headers_too_large',
    ],
    [
      'a request line over 16 KiB',
      `GET /${'x'.repeat(17_000)} HTTP/1.1\r\n\r\n`,
      431,
      'headers_too_large',
    ],
    ['nothing at all', '', 408, 'request_timeout'],
    ['headers that do not end', 'GET / HTTP/1.1\r\nHost: a\r\n', 408, 'request_timeout'],
    [
      'a body that does not end',
      `${HEAD}Content-Length: 50\r\n\r\n{"texts"`,
      408,
      'request_timeout',
    ],
  ])('%s: a problem document, then the connection is closed', async (_case, sent, status, code) => {
    expect(problemIn(await app.client.raw(sent))).toMatchObject({ status, code });
  });

  it('a chunked body over the limit: refused before it has all come', async () => {
    const small = await startApp({ limits: { bodyBytes: 10 } });
    const sent = `${HEAD}Transfer-Encoding: chunked\r\n\r\n14\r\n${'x'.repeat(20)}\r\n`;
    const response = await small.client.raw(sent);
    await small.stop();
    expect(problemIn(response)).toMatchObject({ status: 413, code: 'body_too_large' });
  });

  it('no Host header: 400 as HTTP/1.1 demands', async () => {
    const response = await app.client.raw('GET /livez HTTP/1.1\r\nConnection: close\r\n\r\n');
    expect(problemIn(response)).toMatchObject({ status: 400, code: 'invalid_request' });
  });

  it('HTTP/1.0 without a Host header is answered', async () => {
    expect(await app.client.raw('GET /livez HTTP/1.0\r\n\r\n')).toMatch(/^HTTP\/1.1 200 /);
  });
});

describe('pipelined requests', () => {
  it('are answered in order', async () => {
    const response = await app.client.raw(
      'GET /livez HTTP/1.1\r\nHost: a\r\n\r\nGET /nothing HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
    );
    expect([...response.matchAll(/HTTP\/1.1 (\d+)/g)].map(([, status]) => status)).toEqual([
      '200',
      '404',
    ]);
  });

  it('close the connection at the first that is malformed', async () => {
    const response = await app.client.raw('GET /livez HTTP/1.1\r\nHost: a\r\n\r\nnonsense\r\n\r\n');
    expect(response).toMatch(/^HTTP\/1.1 (200|400) /);
  });
});

describe('a client that leaves', () => {
  it.each(['destroy', 'end'] as const)('by %s stops the work for it', async (leave) => {
    app.model.gate = new Promise(() => {});
    const socket = app.client.connect();
    socket.write(ask);
    await soon(() => app.model.contexts.length === 1);
    socket[leave]();
    const [context] = app.model.contexts;
    if (!context?.signal.aborted) await once(context!.signal, 'abort');
    await soon(() => app.lines.some(({ msg }) => msg === 'request abandoned'));
    expect(app.metrics.sum('Requests')).toBe(0);
    expect(app.lines.filter(({ level }) => Number(level) >= 40)).toEqual([]);
  });

  it('while its body arrives is no fault of the service', async () => {
    const socket = app.client.connect();
    const [served] = await Promise.all([
      once(app.app.server, 'request'),
      socket.write(`${HEAD}Content-Length: 50\r\n\r\n{"texts"`),
    ]);
    socket.destroy();
    await closed(served[1]);
    await soon(() => app.lines.some(({ msg }) => msg === 'request abandoned'));
    expect(app.lines.filter(({ level }) => Number(level) >= 40)).toEqual([]);
  });
});

describe('closing', () => {
  it('takes no time with connections that are idle, or silent from the start', async () => {
    const silent = app.client.connect();
    await once(silent, 'connect');
    const idle = app.client.connect();
    idle.write('GET /livez HTTP/1.1\r\nHost: a\r\n\r\n');
    await once(idle, 'data');
    const startedMs = performance.now();
    app.lifecycle.enter('draining');
    await Promise.all([app.app.close(), closed(silent), closed(idle)]);
    expect(performance.now() - startedMs).toBeLessThan(2_000);
  });

  it('waits for the answer under way, then closes its connection', async () => {
    const gate = Promise.withResolvers<void>();
    app.model.gate = gate.promise;
    const answer = app.client.raw(ask);
    await soon(() => app.model.contexts.length === 1);
    app.lifecycle.enter('draining');
    const closing = app.app.close();
    await new Promise((resolve) => setImmediate(resolve));
    gate.resolve();
    expect(await answer).toMatch(/^HTTP\/1.1 200 .*connection: close/s);
    await closing;
  });
});
