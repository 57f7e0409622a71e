import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Call } from './helpers/http-client.ts';
import {
  AS_ADMIN,
  AS_CALLER,
  startApp,
  type TestApp,
  TWEET_ID,
  TWEET_URL,
  tweetPath,
} from './helpers/start-app.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.stop());

type Row = [case_: string, path: string, call: Call, status: number, code: string, detail?: RegExp];

const TEXTS = '/v1/inference';
const TWEETS = '/v1/inference/tweets';
const INGEST = '/v1/admin/tweets';
const get = (headers: Call['headers'] = {}): Call => ({ headers: { ...AS_CALLER, ...headers } });
const post = (body: unknown, headers: Call['headers'] = {}): Call => ({
  body,
  headers: { ...AS_CALLER, ...AS_ADMIN, ...headers },
});

const GZIP = { 'content-encoding': 'gzip' };

const rows: Row[] = [
  [
    'tweetUrl missing',
    TEXTS,
    get(),
    400,
    'invalid_request',
    /^The query lacks the parameter "tweetUrl"\.$/,
  ],
  ['tweetUrl empty', `${TEXTS}?tweetUrl=`, get(), 400, 'invalid_request', /tweetUrl is empty/],
  [
    'tweetUrl repeated',
    `${tweetPath(TWEET_URL)}&tweetUrl=${encodeURIComponent(TWEET_URL)}`,
    get(),
    400,
    'invalid_request',
    /tweetUrl must be given once/,
  ],
  [
    'an unknown query parameter',
    `${tweetPath(TWEET_URL)}&lang=en`,
    get(),
    400,
    'invalid_request',
    /unknown query parameter "lang"/,
  ],
  [
    'a share link that is not percent-encoded',
    `${TEXTS}?tweetUrl=${TWEET_URL}?s=20&t=AbCdEf`,
    get(),
    400,
    'invalid_request',
    /unknown query parameter "t"; .*percent-encode/,
  ],
  [
    'a query parameter on a route without any',
    `${TEXTS}?lang=en`,
    post({ texts: ['a'] }),
    400,
    'invalid_request',
    /"lang"/,
  ],
  [
    '__proto__ as a query parameter',
    `${tweetPath(TWEET_URL)}&__proto__=1`,
    get(),
    400,
    'invalid_request',
  ],
  ['malformed JSON', TEXTS, post('{"texts":['), 400, 'invalid_request', /not valid JSON/],
  ['an empty body', TEXTS, post(''), 400, 'invalid_request', /body is empty/],
  [
    'no body and no content type',
    TEXTS,
    { method: 'POST', headers: AS_CALLER },
    400,
    'invalid_request',
    /The body/,
  ],
  [
    'a body that is null',
    TEXTS,
    post('null'),
    400,
    'invalid_request',
    /The body must be an object\./,
  ],
  [
    'a body that is an array',
    TEXTS,
    post([]),
    400,
    'invalid_request',
    /The body must be an object\./,
  ],
  [
    'an unknown body property',
    TEXTS,
    post({ texts: ['a'], lang: 'en' }),
    400,
    'invalid_request',
    /The body holds an unknown property "lang"/,
  ],
  ['texts missing', TEXTS, post({}), 400, 'invalid_request', /either "text" or "texts"/],
  ['texts empty', TEXTS, post({ texts: [] }), 400, 'invalid_request', /^texts is empty\./],
  [
    'an empty text',
    TEXTS,
    post({ texts: ['a', ''] }),
    400,
    'invalid_request',
    /texts\[1\] is empty/,
  ],
  ['a blank text', TEXTS, post({ texts: [' \t\u00a0'] }), 400, 'invalid_request', /texts\[0\]/],
  [
    'a number for a text',
    TEXTS,
    post({ texts: [1] }),
    400,
    'invalid_request',
    /texts\[0\] must be/,
  ],
  [
    'a string for texts',
    TEXTS,
    post({ texts: 'a' }),
    400,
    'invalid_request',
    /texts must be an array\./,
  ],
  ['null for a text', TEXTS, post({ texts: [null] }), 400, 'invalid_request', /texts\[0\]/],
  [
    '__proto__ as a body property',
    TEXTS,
    post('{"texts":["a"],"__proto__":{"polluted":1}}'),
    400,
    'invalid_request',
  ],
  [
    'constructor.prototype in a body',
    TEXTS,
    post('{"texts":["a"],"constructor":{"prototype":{"polluted":1}}}'),
    400,
    'invalid_request',
  ],
  ['a deeply nested body', TEXTS, post('['.repeat(500_000)), 400, 'invalid_request'],
  [
    'tweetUrl of 1,025 characters',
    tweetPath(`https://x.com/${'a'.repeat(1_011)}`),
    get(),
    400,
    'url_too_long',
    /1024 characters/,
  ],
  ['a text that is not a URL', tweetPath('nonsense'), get(), 400, 'invalid_tweet_url'],
  ['a blank URL', tweetPath(' '), get(), 400, 'invalid_tweet_url'],
  [
    'another scheme',
    tweetPath(`ftp://x.com/a/status/${TWEET_ID}`),
    get(),
    400,
    'invalid_tweet_url',
  ],
  ['userinfo', tweetPath(`https://a@x.com/a/status/${TWEET_ID}`), get(), 400, 'invalid_tweet_url'],
  ['a port', tweetPath(`https://x.com:8080/a/status/${TWEET_ID}`), get(), 400, 'invalid_tweet_url'],
  ['another host', tweetPath('https://t.co/abc'), get(), 400, 'unsupported_host', /t\.co/],
  ['a URL without a tweet id', tweetPath('https://x.com/jack'), get(), 400, 'invalid_tweet_id'],
  ['id 0', tweetPath('https://x.com/a/status/0'), get(), 400, 'invalid_tweet_id'],
  [
    'id 2^63',
    tweetPath('https://x.com/a/status/9223372036854775808'),
    get(),
    400,
    'invalid_tweet_id',
  ],
  [
    '129 texts',
    TEXTS,
    post({ texts: Array(129).fill('a') }),
    400,
    'batch_too_large',
    /texts .*128.* send several requests/,
  ],
  [
    '101 tweets',
    TWEETS,
    post({ tweetUrls: Array(101).fill(TWEET_URL) }),
    400,
    'batch_too_large',
    /tweetUrls must have at most 100 items: send several requests\./,
  ],
  [
    '101 tweets to ingest',
    INGEST,
    post({ tweets: Array(101).fill({ id: '1', text: 'a' }) }),
    400,
    'batch_too_large',
  ],
  [
    'a text of 25,001 characters',
    TEXTS,
    post({ texts: ['a', 'b'.repeat(25_001)] }),
    400,
    'text_too_long',
    /texts\[1\] must have at most 25000 characters: shorten it\./,
  ],
  [
    'an ingested text of 25,001 characters',
    INGEST,
    post({ tweets: [{ id: '1', text: 'b'.repeat(25_001) }] }),
    400,
    'text_too_long',
  ],
  [
    'one URL of a batch too long',
    TWEETS,
    post({ tweetUrls: [TWEET_URL, 'a'.repeat(1_025)] }),
    400,
    'url_too_long',
    /tweetUrls\[1\]/,
  ],
  [
    'a tweet to ingest without an id',
    INGEST,
    post({ tweets: [{ text: 'a' }] }),
    400,
    'invalid_request',
    /tweets\[0\] lacks the property "id"/,
  ],
  ['a body over 1 MiB', TEXTS, post({ texts: ['a'.repeat(1_048_576)] }), 413, 'body_too_large'],
  [
    'a compressed body',
    TEXTS,
    post({ texts: ['a'] }, GZIP),
    415,
    'unsupported_media_type',
    /uncompressed/,
  ],
  [
    'text/plain',
    TEXTS,
    post('{"texts":["a"]}', { 'content-type': 'text/plain' }),
    415,
    'unsupported_media_type',
    /application\/json/,
  ],
  [
    'a form',
    TEXTS,
    post('texts=a', { 'content-type': 'application/x-www-form-urlencoded' }),
    415,
    'unsupported_media_type',
  ],
  [
    'an invalid content type',
    TEXTS,
    post('{}', { 'content-type': '?' }),
    415,
    'unsupported_media_type',
  ],
  ['an unknown path', '/v1/nothing', get(), 404, 'not_found'],
  ['an unknown path with a compressed body', '/v1/nothing', post('x', GZIP), 404, 'not_found'],
  ['an unknown path with a broken body', '/v1/nothing', post('{'), 404, 'not_found'],
  ['a very long unknown path', `/${'x'.repeat(5_000)}`, get(), 404, 'not_found'],
  [
    'a path that is not percent-encoded',
    '/v1/%zz',
    get(),
    400,
    'invalid_request',
    /percent-encoded/,
  ],
  [
    'a path parameter too long',
    `/v1/admin/features/tweets/${'1'.repeat(101)}`,
    { method: 'DELETE', headers: AS_ADMIN },
    414,
    'parameter_too_long',
  ],
  [
    'an invalid id to purge',
    '/v1/admin/features/tweets/jack',
    { method: 'DELETE', headers: AS_ADMIN },
    400,
    'invalid_tweet_id',
  ],
  ['a deleted tweet', tweetPath('https://x.com/a/status/404'), get(), 404, 'tweet_not_found'],
  ['a protected tweet', tweetPath('https://x.com/a/status/403'), get(), 403, 'tweet_protected'],
  ['a withheld tweet', tweetPath('https://x.com/a/status/451'), get(), 451, 'tweet_withheld'],
  [
    'a text with nothing to score',
    tweetPath('https://x.com/a/status/422'),
    get(),
    422,
    'empty_text',
  ],
  ['a tweet scored as NaN', tweetPath('https://x.com/a/status/500'), get(), 500, 'model_failed'],
];

describe('bad input and faults', () => {
  it.each(rows)(
    '%s at %s is answered with its error',
    async (_case, path, call, status, code, detail = /\w/) => {
      const answer = await app.call(path, call);
      expect({ status: answer.status, code: answer.json.code }).toEqual({ status, code });
      expect(answer.json.detail).toMatch(detail);
      expect(answer.json.type).toBe(`urn:tweet-sentiment-service:error:${code}`);
    },
  );

  it('are answered with a shortened name when a property has a long one', async () => {
    const body = { texts: ['a'], ['x'.repeat(10_000)]: 1 };
    const { json } = await app.call(TEXTS, post(body));
    expect(json.detail.length).toBeLessThan(150);
  });

  it('exclude texts and URLs just within the limits, which are counted in characters', async () => {
    const texts = ['😀'.repeat(25_000)];
    expect((await app.call(TEXTS, post({ texts }))).status).toBe(200);
    const longest = `${TWEET_URL}?s=${'é'.repeat(1_024 - TWEET_URL.length - 3)}`;
    expect((await app.call(tweetPath(longest), get())).status).toBe(200);
  });

  it('store no row', () => {
    expect(app.store.writes.flat().map(({ row }) => row.tweetId)).not.toContain('1');
  });
});

describe('a method that a known path does not support', () => {
  it.each([
    ['PUT', TEXTS, 'GET, HEAD, POST'],
    ['DELETE', TEXTS, 'GET, HEAD, POST'],
    ['OPTIONS', TEXTS, 'GET, HEAD, POST'],
    ['TRACE', TEXTS, 'GET, HEAD, POST'],
    ['PROPFIND', TEXTS, 'GET, HEAD, POST'],
    ['GET', TWEETS, 'POST'],
    ['POST', '/livez', 'GET, HEAD'],
    ['POST', '/docs', 'GET, HEAD'],
    ['GET', `/v1/admin/features/tweets/${TWEET_ID}`, 'DELETE'],
  ])('%s %s gets 405 with Allow: %s', async (method, path, allow) => {
    const answer = await app.call(path, { method, headers: { ...AS_CALLER, ...AS_ADMIN } });
    expect(answer.status).toBe(405);
    expect(answer.json.code).toBe('method_not_allowed');
    expect(answer.headers.allow).toBe(allow);
  });

  it('gets 405 before its body is read and without a key', async () => {
    const answer = await app.call('/livez', { body: '{', headers: {} });
    expect(answer.json.code).toBe('method_not_allowed');
  });

  it('gets the error body of the Open Inference Protocol under /v2', async () => {
    const answer = await app.call('/v2', { method: 'PATCH' });
    expect(answer.status).toBe(405);
    expect(answer.json).toEqual({ error: expect.stringContaining('PATCH') });
  });
});

it('HEAD is answered as GET, without a body', async () => {
  const ok = await app.call(tweetPath(TWEET_URL), { method: 'HEAD', headers: AS_CALLER });
  expect([ok.status, ok.text]).toEqual([200, '']);
  const wrong = await app.call(tweetPath('nonsense'), { method: 'HEAD', headers: AS_CALLER });
  expect([wrong.status, wrong.text]).toEqual([400, '']);
});

it('an unexpected error is hidden from the client and logged', async () => {
  const broken = await startApp();
  try {
    broken.model.failWith = new TypeError('secret detail');
    const { status, text, json } = await broken.call(TEXTS, post({ texts: ['a'] }));
    expect(status).toBe(500);
    expect(json.code).toBe('internal');
    expect(text).not.toContain('secret detail');
    const line = broken.lines.find(
      ({ requestId, level }) => requestId === json.requestId && level === 50,
    );
    expect(line).toMatchObject({
      err: { type: 'TypeError', stack: expect.stringContaining('.ts') },
    });
  } finally {
    await broken.stop();
  }
});
