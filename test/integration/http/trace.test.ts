import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { RequestEnd, TraceParent, Tracer } from '../../../service/application/ports/tracer.ts';
import { TweetSourceFailedError } from '../../../service/domain/errors.ts';
import { requestLogOf } from '../../../service/http/request-trace.ts';
import { createLogger } from '../../../service/telemetry/logging.ts';
import {
  ADMIN_TOKEN,
  API_KEY,
  AS_ADMIN,
  AS_CALLER,
  soon,
  startApp,
  type TestApp,
  TWEET_URL,
  tweetPath,
} from './helpers/start-app.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterEach(() => app.reset());
afterAll(() => app.stop());

const score = (headers: Record<string, string | string[]> = {}) =>
  app.call(tweetPath(TWEET_URL), { headers: { ...AS_CALLER, ...headers } });
const requestLines = async (count: number) => {
  await soon(() => app.lines.filter(({ msg }) => msg === 'request').length >= count);
  return app.lines.filter(({ msg }) => msg === 'request');
};

describe('X-Request-Id', () => {
  it.each(['a', 'trace-1/2;3=4', '~'.repeat(128)])('of the caller is kept: %s', async (id) => {
    expect((await score({ 'x-request-id': id })).headers['x-request-id']).toBe(id);
  });

  it.each([
    ['empty', ''],
    ['too long', 'x'.repeat(129)],
    ['with a space', 'a b'],
    ['not ASCII', 'caf\u00e9'],
    ['given twice', ['a', 'b']],
  ])('of the caller is replaced if it is %s', async (_case, id) => {
    const { headers } = await score({ 'x-request-id': id });
    expect(headers['x-request-id']).toMatch(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/);
  });

  it('differs from request to request', async () => {
    const ids = [await score(), await score()].map(({ headers }) => headers['x-request-id']);
    expect(new Set(ids).size).toBe(2);
  });
});

describe('timing headers', () => {
  it('name the stages of the request', async () => {
    const { headers } = await score();
    const stages = String(headers['server-timing'])
      .split(', ')
      .map((entry) => entry.split(';')[0]);
    expect(stages).toEqual(expect.arrayContaining(['store', 'source', 'total']));
    expect(headers['x-process-time']).toMatch(/^\d+\.\d{6}$/);
  });
});

describe('caching', () => {
  it('is disabled for answers', async () => {
    for (const path of ['/v1/status', '/livez', '/nothing', '/v2']) {
      expect((await app.call(path)).headers['cache-control']).toBe('no-store');
    }
  });
});

describe('the trace of the caller', () => {
  const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';
  const SPAN_ID = '00f067aa0ba902b7';

  it.each([`00-${TRACE_ID}-${SPAN_ID}-01`, `cc-${TRACE_ID}-${SPAN_ID}-01-what-comes`])(
    'is in the line of the log: %s',
    async (traceparent) => {
      await score({ traceparent });
      expect(await requestLines(1)).toMatchObject([{ traceId: TRACE_ID }]);
    },
  );

  it.each([
    'x',
    `00-${TRACE_ID}-${SPAN_ID}`,
    `00-${TRACE_ID}-${SPAN_ID}-01x`,
    `00-${TRACE_ID}-${SPAN_ID}-01-what-comes`,
    `ff-${TRACE_ID}-${SPAN_ID}-01`,
    `00-${'0'.repeat(32)}-${SPAN_ID}-01`,
    `00-${TRACE_ID}-${'0'.repeat(16)}-01`,
    `00-${TRACE_ID.toUpperCase()}-${SPAN_ID}-01`,
  ])('is left out if it is not valid: %s', async (traceparent) => {
    await score({ traceparent });
    const [line] = await requestLines(1);
    expect(line).not.toHaveProperty('traceId');
  });
});

describe('the log', () => {
  it('has one line for each request, with its route and without its URL', async () => {
    const { headers } = await score();
    // Every field: the logger of these lines hides none by its name.
    expect(await requestLines(1)).toEqual([
      {
        level: 30,
        time: expect.any(Number),
        pid: process.pid,
        hostname: expect.any(String),
        requestId: headers['x-request-id'],
        method: 'GET',
        route: '/v1/inference',
        status: 200,
        ms: expect.any(Number),
        msg: 'request',
      },
    ]);
  });

  it('includes the error code of a failure', async () => {
    await app.call('/v1/nothing');
    expect(await requestLines(1)).toEqual([
      expect.objectContaining({ route: null, status: 404, code: 'not_found' }),
    ]);
  });

  it('has health routes at the debug level', async () => {
    await app.call('/readyz');
    expect(await requestLines(1)).toEqual([expect.objectContaining({ level: 20 })]);
  });

  it('never contains texts, URLs, queries, handles or credentials', async () => {
    const planted = 'pl4nted';
    const wrong = { 'x-api-key': planted, authorization: `Bearer ${planted}` };
    const url = `https://x.com/${planted}/status/1`;
    const bodies = [
      { texts: [planted] },
      { texts: [planted, 1] },
      { [planted]: planted },
      `{"texts":["${planted}"`,
    ];
    for (const body of bodies) {
      await app.call('/v1/inference', { body, headers: AS_CALLER });
      await app.call('/v1/inference', { body, headers: wrong });
      await app.call('/v2/models/fake-model/infer', { body, headers: AS_CALLER });
    }
    await app.call(tweetPath(url), { headers: AS_CALLER });
    await app.call(tweetPath(`https://${planted}.com/`), { headers: AS_CALLER });
    await app.call('/v1/inference/tweets', { body: { tweetUrls: [url] }, headers: AS_CALLER });
    await app.call(`/${planted}?${planted}=${planted}`);
    await app.call(`/v2/models/${planted}`);
    await app.call(`/v2/models/%zz${planted}`);
    await app.call('/v1/admin/tweets', {
      body: { tweets: [{ id: '1', text: planted, author: { id: '1', username: planted } }] },
      headers: AS_ADMIN,
    });
    await app.client.raw(`${planted}\r\n\r\n`);
    app.model.failWith = new Error('the model broke');
    await app.call('/v1/inference', { body: { texts: [planted] }, headers: AS_CALLER });
    await requestLines(20);
    const log = JSON.stringify(app.lines);
    expect(log).toContain('the model broke');
    for (const secret of [planted, API_KEY, ADMIN_TOKEN]) expect(log).not.toContain(secret);
  });

  it('never contains a secret that the caller sent as the id of a request', async () => {
    const lines: string[] = [];
    const destination = { write: (line: string) => void lines.push(line) };
    const secrets = ['sesame-street'];
    const logger = await createLogger({ level: 'info', secrets, destination, pretty: false });
    requestLogOf(logger).info({ requestId: 'open sesame-street' }, 'request');
    expect(lines).toEqual([expect.stringContaining('"requestId":"open [hidden]"')]);
  });
});

describe('metrics', () => {
  it('count answered requests, with their latency, stages and failures', async () => {
    await score();
    await app.call('/v1/inference', { body: {}, headers: AS_CALLER });
    await app.call('/v2/models/another');
    await app.call('/v1/nothing');
    await requestLines(4);
    expect(app.metrics.sum('Requests')).toBe(4);
    const recorded = (name: string) => app.metrics.records.filter(([other]) => other === name);
    expect(recorded('RequestLatency')).toHaveLength(4);
    expect(recorded('RequestFailures').map(([, , code]) => code)).toEqual([
      'invalid_request',
      'not_found',
      'not_found',
    ]);
    expect(recorded('PhaseLatency').map(([, , phase]) => phase)).toEqual(
      expect.arrayContaining(['store', 'source']),
    );
  });

  describe('of a client that takes an hour to send its body', () => {
    const HOUR_MS = 3_600_000;
    afterEach(() => {
      jest.restoreAllMocks();
    });

    /** Sends the headers, and the body an hour later by the clock of the service. */
    async function sendSlowly(path: string, headers: readonly string[], body: string) {
      const head = [`POST ${path} HTTP/1.1`, 'Host: a', `X-API-Key: ${API_KEY}`, ...headers];
      const arriving = once(app.app.server, 'request');
      const socket = app.client.connect();
      const answer = text(socket);
      socket.write(`${head.join('\r\n')}\r\nConnection: close\r\n\r\n`);
      const [request] = await arriving;
      await soon(() => request.listenerCount('data') > 0);
      const now = performance.now.bind(performance);
      jest.spyOn(performance, 'now').mockImplementation(() => now() + HOUR_MS);
      socket.write(body);
      return answer;
    }

    it.each([
      [200, '/v1/inference', 'application/json', 'Content-Length: 15', '{"texts":["a"]}'],
      [400, '/v1/inference', 'application/json', 'Transfer-Encoding: chunked', 'not a chunk\r\n'],
      [
        200,
        '/v2/models/fake-model/infer',
        'application/octet-stream',
        'Content-Length: 1\r\nInference-Header-Content-Length: 0',
        'a',
      ],
    ])(
      'leave out that hour, which the log has: %i of %s, %s',
      async (status, path, type, length, body) => {
        const answer = await sendSlowly(path, [`Content-Type: ${type}`, length], body);
        expect(answer).toContain(`HTTP/1.1 ${status} `);
        const [line] = await requestLines(1);
        expect(line?.ms).toBeGreaterThanOrEqual(HOUR_MS);
        const [latency] = app.metrics.records.filter(([name]) => name === 'RequestLatency');
        expect(latency?.[1]).toBeLessThan(HOUR_MS);
        expect(Number(/x-process-time: (.*)/.exec(answer)?.[1])).toBeLessThan(HOUR_MS / 1_000);
        expect(Number(/total;dur=(.*)/.exec(answer)?.[1])).toBeLessThan(HOUR_MS);
      },
    );
  });

  it('count answers with status 500 and above as server errors', async () => {
    await app.call('/v1/nothing');
    app.model.failWith = new Error('the model broke');
    await app.call('/v1/inference', { body: { texts: ['a'] }, headers: AS_CALLER });
    await requestLines(2);
    expect(app.metrics.sum('Requests')).toBe(2);
    expect(app.metrics.sum('ServerErrors')).toBe(1);
    expect(app.metrics.sum('OwnFailures')).toBe(1);
  });

  it('count an outage of X as a server error, not as a failure of the service', async () => {
    app.model.failWith = new TweetSourceFailedError('X is down.');
    await score();
    await requestLines(1);
    expect(app.metrics.sum('ServerErrors')).toBe(1);
    expect(app.metrics.sum('OwnFailures')).toBe(0);
  });

  it('exclude health routes and paths outside the API', async () => {
    for (const path of ['/', '/livez', '/docs', '/v2/health/ready', '/v1x']) await app.call(path);
    await requestLines(5);
    expect(app.metrics.records).toEqual([]);
  });
});

it('GET / returns the name and the version of the service', async () => {
  expect((await app.call('/')).json).toEqual({ name: 'tweet-sentiment-service', version: '1.2.3' });
});

describe('with a tracer', () => {
  const started: [method: string, parent: TraceParent | undefined][] = [];
  const ended: RequestEnd[] = [];
  const tracer: Tracer = {
    start: (method, parent) => {
      started.push([method, parent]);
      return { traceId: parent?.traceId ?? 'b'.repeat(32), end: (end) => ended.push(end) };
    },
  };
  let traced: TestApp;
  beforeAll(async () => {
    traced = await startApp({ tracer });
  });
  afterEach(async () => {
    await traced.reset();
    started.length = 0;
    ended.length = 0;
  });
  afterAll(() => traced.stop());

  it('a request continues the trace of its caller and ends with its route, status and phases', async () => {
    const traceparent = `00-${'a'.repeat(32)}-${'1'.repeat(16)}-01`;
    await traced.call(tweetPath(TWEET_URL), { headers: { ...AS_CALLER, traceparent } });
    await soon(() => ended.length === 1);
    expect(started).toEqual([
      ['GET', { traceId: 'a'.repeat(32), spanId: '1'.repeat(16), isSampled: true }],
    ]);
    expect(ended).toMatchObject([{ method: 'GET', route: '/v1/inference', status: 200 }]);
    expect(ended[0]?.phases.map(({ phase }) => phase)).toEqual(['store', 'source']);
  });

  it('a request without a trace has that of its span in the log', async () => {
    await traced.call('/v1/nothing');
    await soon(() => ended.length === 1);
    expect(started).toEqual([['GET', undefined]]);
    expect(ended).toMatchObject([{ route: null, status: 404, failure: 'not_found' }]);
    expect(traced.lines.at(-1)).toMatchObject({ traceId: 'b'.repeat(32) });
  });

  it('health checks have no span', async () => {
    await traced.call('/livez');
    await traced.call('/v2/health/ready');
    expect(started).toEqual([]);
  });
});
