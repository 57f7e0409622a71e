/** Requests that only bare sockets send: malformed, slow, oversized, pipelined and cut off. */
import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  API_KEY,
  closed,
  soon,
  startApp,
  type TestApp,
  TWEET_URL,
  tweetPath,
} from './helpers/start-app.ts';

const BODY_BYTES = 60;

let app: TestApp;
beforeAll(async () => {
  app = await startApp({ limits: { bodyBytes: BODY_BYTES } });
});
afterEach(() => app.reset());
afterAll(() => app.stop());

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

describe('a request over a bare socket', () => {
  it.each([
    ['no HTTP at all', 'hello there\r\n\r\n', 400, 'invalid_request'],
    ['an unknown method', 'FETCH / HTTP/1.1\r\nHost: a\r\n\r\n', 400, 'invalid_request'],
    ['a header without a colon', 'GET / HTTP/1.1\r\nHost a\r\n\r\n', 400, 'invalid_request'],
    [
      'a length and a chunked encoding',
      `${HEAD}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n`,
      400,
      'invalid_request',
    ],
    [
      'an invalid chunk size',
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
  ])(
    'with %s gets a problem document, then its connection closes',
    async (_case, sent, status, code) => {
      expect(problemIn(await app.client.raw(sent))).toMatchObject({ status, code });
    },
  );

  it('with more than 100 headers is refused, with 100 answered', async () => {
    const headers = (count: number) =>
      `GET /livez HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${'X: y\r\n'.repeat(count - 2)}\r\n`;
    expect(await app.client.raw(headers(100))).toMatch(/^HTTP\/1.1 200 OK\r\n/);
    for (const count of [101, 132, 900]) {
      const response = await app.client.raw(headers(count));
      expect(problemIn(response)).toMatchObject({ status: 431, code: 'headers_too_large' });
    }
  });

  it('with a chunked body over the limit is refused before its end has arrived', async () => {
    const bytes = BODY_BYTES + 20;
    const chunk = `${bytes.toString(16)}\r\n${'x'.repeat(bytes)}\r\n`;
    const response = await app.client.raw(`${HEAD}Transfer-Encoding: chunked\r\n\r\n${chunk}`);
    expect(problemIn(response)).toMatchObject({ status: 413, code: 'body_too_large' });
  });

  it('without a Host header gets 400 under HTTP/1.1', async () => {
    const response = await app.client.raw('GET /livez HTTP/1.1\r\nConnection: close\r\n\r\n');
    expect(problemIn(response)).toMatchObject({ status: 400, code: 'invalid_request' });
  });

  it('without a Host header gets 200 under HTTP/1.0', async () => {
    expect(await app.client.raw('GET /livez HTTP/1.0\r\n\r\n')).toMatch(/^HTTP\/1.1 200 /);
  });
});

describe('a chunk of a body that is not valid HTTP', () => {
  const CHUNKED = 'Host: a\r\nTransfer-Encoding: chunked\r\n';
  it.each([
    ['of a page', 'GET /', ''],
    ['of a health check', 'GET /livez', ''],
    ['of a request without a key', 'POST /v1/inference', ''],
    [
      'of another media type',
      'POST /v1/inference',
      `X-Api-Key: ${API_KEY}\r\nContent-Type: text/plain\r\n`,
    ],
    [
      'of a body that is read',
      'POST /v1/inference',
      `X-Api-Key: ${API_KEY}\r\nContent-Type: application/json\r\n`,
    ],
    ['of a path without a route', 'POST /nothing', ''],
  ])('%s gets an answer, and the next client another one', async (_case, line, headers) => {
    const head = `${line} HTTP/1.1\r\n${CHUNKED}${headers}\r\n`;
    expect(await app.client.raw(`${head}zz\r\n`)).toMatch(/^HTTP\/1.1 [24]\d\d /);
    const socket = app.client.connect().resume();
    const closing = once(socket, 'close');
    const [arrived] = await Promise.all([once(app.app.server, 'request'), socket.write(head)]);
    await soon(() => arrived[1].writableFinished || arrived[0].listenerCount('error') > 0);
    socket.write('zz\r\n');
    await closing;
    expect((await app.client.send('/livez')).status).toBe(200);
  });
});

describe('a client that stops sending', () => {
  let hasty: TestApp;
  beforeAll(async () => {
    hasty = await startApp({ limits: { requestReadTimeoutMs: 100 } });
  });
  afterAll(() => hasty.stop());

  it.each([
    ['before its request', ''],
    ['within the headers', 'GET / HTTP/1.1\r\nHost: a\r\n'],
    ['within the body', `${HEAD}Content-Length: 50\r\n\r\n{"texts"`],
  ])('%s gets 408, then its connection closes', async (_case, sent) => {
    const problem = problemIn(await hasty.client.raw(sent));
    expect(problem).toMatchObject({ status: 408, code: 'request_timeout' });
  });

  it('within the body is logged and counted as a failed request, under the id that it is told', async () => {
    const line = { requestId: 'of-the-client', status: 408, code: 'request_timeout' };
    const head = `${HEAD}X-Request-Id: ${line.requestId}\r\nContent-Length: 50\r\n\r\n`;
    expect(problemIn(await hasty.client.raw(`${head}{"text`))).toMatchObject(line);
    const logged = { ...line, msg: 'request', route: '/v1/inference' };
    await soon(() => hasty.lines.some(({ requestId }) => requestId === line.requestId));
    expect(hasty.lines).toContainEqual(expect.objectContaining(logged));
    expect(hasty.metrics.records).toContainEqual(['RequestFailures', 1, line.code]);
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

  it('end with the first malformed request, which closes the connection', async () => {
    const response = await app.client.raw('GET /livez HTTP/1.1\r\nHost: a\r\n\r\nnonsense\r\n\r\n');
    expect(response).toMatch(/^HTTP\/1.1 (200|400) /);
  });
});

describe('a client that leaves', () => {
  it.each(['destroy', 'end'] as const)(
    'by socket.%s() cancels the work of its request',
    async (leave) => {
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
    },
  );

  it('while it sends its body causes no warning in the log', async () => {
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

describe('closing the app', () => {
  let closing: TestApp;
  beforeEach(async () => {
    // Longer than a test may take: only the app itself closes connections in time.
    closing = await startApp({ limits: { requestReadTimeoutMs: 60_000 } });
  });
  afterEach(() => closing.stop());

  it('ends idle connections, and connections without any request', async () => {
    const silent = closing.client.connect();
    await once(silent, 'connect');
    const idle = closing.client.connect();
    idle.write('GET /livez HTTP/1.1\r\nHost: a\r\n\r\n');
    await once(idle, 'data');
    closing.lifecycle.enter('draining');
    await Promise.all([closing.app.close(), closed(silent), closed(idle)]);
  });

  it('waits for a pending answer, then ends its connection', async () => {
    const gate = Promise.withResolvers<void>();
    closing.model.gate = gate.promise;
    const answer = closing.client.raw(ask);
    await soon(() => closing.model.contexts.length === 1);
    closing.lifecycle.enter('draining');
    const isClosed = closing.app.close();
    await new Promise((resolve) => setImmediate(resolve));
    gate.resolve();
    expect(await answer).toMatch(/^HTTP\/1.1 200 .*connection: close/s);
    await isClosed;
  });
});
