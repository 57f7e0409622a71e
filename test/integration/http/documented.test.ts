/**
 * Every answer that the OpenAPI document promises is provoked here. The other direction, that
 * every answer provoked in any test is documented, is part of `TestApp.call`.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ErrorCode } from '../../../service/domain/errors.ts';
import {
  FeatureStoreUnavailableError,
  OverloadedError,
  TweetSourceFailedError,
  TweetSourceLimitedError,
} from '../../../service/domain/errors.ts';
import { STATUS } from '../../../service/http/problem.ts';
import { aRow } from '../../port-suites/feature-store-contract.ts';
import { documentedCodes, type Operation } from './helpers/check-answer.ts';
import type { Call } from './helpers/http-client.ts';
import {
  type AppOptions,
  AS_ADMIN,
  AS_CALLER,
  startApp,
  type TestApp,
  TWEET_ID,
  TWEET_URL,
  tweetPath,
} from './helpers/start-app.ts';

interface Request extends Call {
  readonly path: string;
}

const INFER = { inputs: [{ name: 'text', shape: [2], datatype: 'BYTES', data: ['yes', 'no'] }] };
const MODEL = '/v2/models/fake-model';
const VERSION = `${MODEL}/versions/0123456789ab`;

/** A request of each operation that succeeds. */
const REQUESTS: Readonly<Record<string, Request>> = {
  'GET /': { path: '/' },
  'GET /livez': { path: '/livez' },
  'GET /readyz': { path: '/readyz' },
  'GET /v1/status': { path: '/v1/status' },
  'GET /v1/inference': { path: tweetPath(TWEET_URL), headers: AS_CALLER },
  'POST /v1/inference': {
    path: '/v1/inference',
    headers: AS_CALLER,
    body: { texts: ['I love this phone', 'so do I'] },
  },
  'POST /v1/inference/tweets': {
    path: '/v1/inference/tweets',
    headers: AS_CALLER,
    body: { tweetUrls: [TWEET_URL, TWEET_URL] },
  },
  'POST /v1/admin/tweets': {
    path: '/v1/admin/tweets',
    headers: AS_ADMIN,
    body: {
      tweets: [
        { id: '1', text: 'I love this phone' },
        { id: '2', text: 'so do I' },
      ],
    },
  },
  'GET /v1/admin/features/tweets': {
    path: '/v1/admin/features/tweets?cursor=0',
    headers: AS_ADMIN,
  },
  'POST /v1/admin/features/rebuild': {
    path: '/v1/admin/features/rebuild?dryRun=true',
    method: 'POST',
    headers: AS_ADMIN,
  },
  'POST /v1/admin/features/rescore': {
    path: '/v1/admin/features/rescore?dryRun=true',
    method: 'POST',
    headers: AS_ADMIN,
  },
  'POST /v1/admin/features/load': {
    path: '/v1/admin/features/load',
    headers: AS_ADMIN,
    body: {
      rows: ['1', '2'].map((id) => ({
        tweet: { id, text: 'I love this phone' },
        scores: { negative: 0.05, neutral: 0.15, positive: 0.8 },
        model: { name: 'fake-model', revision: '0123456789ab' },
        scoredAt: '2026-11-23T08:00:00Z',
      })),
    },
  },
  'DELETE /v1/admin/features/tweets/{id}': {
    path: `/v1/admin/features/tweets/${TWEET_ID}`,
    method: 'DELETE',
    headers: AS_ADMIN,
  },
  'DELETE /v1/admin/features/users/{user}': {
    path: '/v1/admin/features/users/999',
    method: 'DELETE',
    headers: AS_ADMIN,
  },
  'DELETE /v1/admin/features/topics/{tag}': {
    path: '/v1/admin/features/topics/%23nothing',
    method: 'DELETE',
    headers: AS_ADMIN,
  },
  'GET /v1/users': { path: '/v1/users?limit=100', headers: AS_CALLER },
  'GET /v1/users/{user}/sentiment': {
    path: '/v1/users/2244994945/sentiment',
    headers: AS_CALLER,
  },
  'GET /v1/topics': { path: '/v1/topics?limit=100', headers: AS_CALLER },
  'GET /v1/topics/{tag}/sentiment': {
    path: '/v1/topics/%23phones/sentiment',
    headers: AS_CALLER,
  },
  'GET /v1/features/tweets': {
    path: `/v1/features/tweets?ids=${TWEET_ID},20`,
    headers: AS_CALLER,
  },
  'GET /v2': { path: '/v2' },
  'GET /v2/health/live': { path: '/v2/health/live' },
  'GET /v2/health/ready': { path: '/v2/health/ready' },
  'GET /v2/models/{name}': { path: MODEL },
  'GET /v2/models/{name}/ready': { path: `${MODEL}/ready` },
  'POST /v2/models/{name}/infer': { path: `${MODEL}/infer`, headers: AS_CALLER, body: INFER },
  'GET /v2/models/{name}/versions/{version}': { path: VERSION },
  'GET /v2/models/{name}/versions/{version}/ready': { path: `${VERSION}/ready` },
  'POST /v2/models/{name}/versions/{version}/infer': {
    path: `${VERSION}/infer`,
    headers: AS_CALLER,
    body: INFER,
  },
};

interface Provocation {
  /** Of an app for this provocation alone; the others share one, and leave it as it was. */
  readonly options?: AppOptions;
  readonly arrange?: (app: TestApp) => unknown;
  readonly change?: (request: Request) => Request;
}

const ask = (url: string): Provocation => ({
  change: (request) => ({ ...request, path: tweetPath(url) }),
});
const inPath = (written: RegExp, instead: string): Provocation => ({
  change: (request) => ({ ...request, path: request.path.replace(written, instead) }),
});
const fail = (part: 'model' | 'source' | 'store', error: Error): Provocation => ({
  arrange: (app) => {
    app[part].failWith = error;
  },
});
const withHeaders = (headers: Record<string, string>): Provocation => ({
  change: (request) => ({ ...request, headers: { ...request.headers, ...headers } }),
});

/** Changes that make any successful request fail with a code. */
const PROVOCATIONS: Readonly<Partial<Record<ErrorCode, Provocation>>> = {
  invalid_request: {
    change: (request) => ({
      ...request,
      path: `${request.path}${request.path.includes('?') ? '&' : '?'}nonsense=1`,
    }),
  },
  unauthorized: { change: ({ headers: _, ...request }) => request },
  forbidden: withHeaders({ 'x-api-key': 'wrong', authorization: 'Bearer wrong' }),
  // The administrator is not limited, a stranger is.
  rate_limited: {
    options: { settings: { rateLimitPerMinute: 1 } },
    arrange: (app) => app.call('/v1/status'),
    change: ({ headers: _, ...request }) => request,
  },
  shutting_down: { arrange: (app) => app.lifecycle.enter('draining') },
  overloaded: { arrange: (app) => app.lifecycle.restart() },
  internal: { options: { fault: new Error('boom') } },
  body_too_large: { options: { limits: { bodyBytes: 10 } } },
  unsupported_media_type: withHeaders({ 'content-type': 'text/plain' }),
  parameter_too_long: inPath(/(fake-model|\d{19}|999|2244994945|%23\w+)/, 'x'.repeat(101)),
  batch_too_large: { options: { limits: { texts: 1, tweets: 1 } } },
  text_too_long: { options: { limits: { textCharacters: 1 } } },
  url_too_long: { options: { limits: { urlCharacters: 10 } } },
  not_found: inPath(/fake-model/, 'another-model'),
  invalid_tweet_url: ask('nonsense'),
  unsupported_host: ask('https://t.co/abc'),
  invalid_tweet_id: ask('https://x.com/someone/status/0'),
  entity_not_found: inPath(/2244994945|%23\w+/, '1'),
  tweet_not_found: ask('https://x.com/someone/status/404'),
  tweet_protected: ask('https://x.com/someone/status/403'),
  tweet_withheld: ask('https://x.com/someone/status/451'),
  tweet_source_failed: fail('source', new TweetSourceFailedError('The source is down.')),
  tweet_source_limited: fail(
    'source',
    new TweetSourceLimitedError('The budget is spent.', { retryAfterSeconds: 60 }),
  ),
  feature_store_unavailable: fail('store', new FeatureStoreUnavailableError('Redis is down.')),
  model_failed: {
    arrange: (app) => {
      app.model.notFinite = true;
    },
  },
  unsupported_language: { options: { unsupportedLanguage: 'refuse', modelLanguages: ['de'] } },
  not_explainable: {
    change: (request) => ({ ...request, path: `${request.path}?explain=words` }),
  },
  empty_text: {
    arrange: (app) => {
      app.model.unscorable = true;
    },
  },
};

const withText = (text: string, more: object = {}): Provocation => ({
  change: (request) => ({ ...request, body: { text, ...more } }),
});
const REFUSE_GERMAN = PROVOCATIONS.unsupported_language;

/** Operations that need another provocation of the same code, or have two of them. */
const FURTHER: Readonly<Record<string, Provocation>> = {
  'POST /v1/inference empty_text': { ...PROVOCATIONS.empty_text, ...withText('a') },
  'POST /v1/inference model_failed': withText('a banana split'),
  'POST /v1/inference unsupported_language': { ...REFUSE_GERMAN, ...withText('good') },
  'POST /v1/inference text_too_long_for_model': withText('a '.repeat(300), { truncate: false }),
  'DELETE /v1/admin/features/tweets/{id} invalid_tweet_id': inPath(/\d{19}/, 'jack'),
  'GET /v1/features/tweets invalid_tweet_id': inPath(/\d{19}/, 'jack'),
  'POST /v1/inference overloaded': fail(
    'model',
    new OverloadedError('The queue is full.', { retryAfterSeconds: 2 }),
  ),
};

/** So that its author and its topic are known. */
async function storeTweet({ store }: TestApp): Promise<void> {
  await store.putTweets([{ row: aRow(), ttlSeconds: 60 }]);
}

const shared = await startApp();
afterAll(() => shared.stop());
const OPERATIONS = Object.entries(shared.document.paths ?? {}).flatMap(([path, item]) =>
  Object.entries(item as Record<string, Operation>).map(
    ([method, operation]) => [`${method.toUpperCase()} ${path}`, operation] as const,
  ),
);

const HEALTH = /\/(livez|readyz|live|ready)$/;

let app: TestApp;
async function start({ options, arrange }: Provocation): Promise<void> {
  app = options ? await startApp(options) : shared;
  await arrange?.(app);
}
const end = () => (app === shared ? app.reset() : app.stop());

/** The status of an answer, its problem, and the code that the log has for it. */
async function send(name: string, { change }: Provocation) {
  const request = REQUESTS[name] ?? { path: 'unknown' };
  const { path, ...call } = change?.(request) ?? request;
  const answer = await app.call(path, call);
  const line = app.lines.find(
    ({ requestId, msg }) => msg === 'request' && requestId === answer.headers['x-request-id'],
  );
  return { status: answer.status, code: line?.code, problem: answer.json };
}

/** Details that an error of this test's own gives. */
const OWN_WORDS = /^(tweet_source_|feature_store_|overloaded|unsupported_language)/;

/** A problem without what differs between two of its kind: numbers, ids and quoted names. */
function kindOf(problem: Readonly<Record<string, unknown>>, code: string): object {
  const words = String(problem.detail ?? problem.error)
    .replaceAll(/\[\d+\](, \S+\[\d+\])*/g, '[n]')
    .replaceAll(/"[^"]*"|\d[\da-f]*( items?| characters?)?/g, 'n');
  const about = OWN_WORDS.test(code) ? '' : words;
  const figures = Object.entries(problem).map(([name, value]) => [
    name,
    typeof value === 'number' && name !== 'status' ? 'a number' : value,
  ]);
  const { detail: _, error: __, requestId: ___, ...rest } = Object.fromEntries(figures);
  return { ...rest, names: Object.keys(problem), about };
}

/** Provokes a code, and compares the problem with the example that the document shows for it. */
async function expectDocumented(name: string, code: ErrorCode, provocation: Provocation) {
  const { problem, ...answer } = await send(name, provocation);
  expect(answer).toEqual({ status: STATUS[code], code });
  const { content = {} } = operationNamed(name).responses[STATUS[code]] ?? {};
  const [example] = Object.values(content).map(({ examples }) => examples?.[code]?.value);
  expect(kindOf(problem, code)).toEqual(kindOf(example ?? {}, code));
}

function operationNamed(name: string): Operation {
  const found = OPERATIONS.find(([other]) => other === name);
  if (!found) throw new Error(`The document has no operation ${name}.`);
  return found[1];
}

describe('the requests of this test', () => {
  it('are one of every operation', () => {
    expect(OPERATIONS.map(([name]) => name).sort()).toEqual(Object.keys(REQUESTS).sort());
  });

  it('meet no documented status that has neither codes nor a test below', () => {
    for (const [name, operation] of OPERATIONS) {
      const bare = Object.keys(operation.responses).filter(
        (status) => documentedCodes(operation, status).length === 0,
      );
      expect([name, bare]).toEqual([name, HEALTH.test(name) ? ['200', '503'] : ['200']]);
    }
  });
});

describe('a process that is well', () => {
  beforeAll(() => start({ arrange: storeTweet }));
  afterAll(end);

  it.each(OPERATIONS)('answers 200 to %s', async (name) => {
    expect((await send(name, {})).status).toBe(200);
  });
});

describe('a process that has failed', () => {
  beforeAll(() => start({ arrange: ({ lifecycle }) => lifecycle.enter('failed') }));
  afterAll(end);

  it.each(OPERATIONS.filter(([name]) => HEALTH.test(name)))('answers 503 to %s', async (name) => {
    expect((await send(name, {})).status).toBe(503);
  });
});

const PROMISES = OPERATIONS.flatMap(([name, operation]) =>
  Object.keys(operation.responses).flatMap((status) =>
    documentedCodes(operation, status).map((code) => ({ name, code: code as ErrorCode })),
  ),
);

describe.each([...Map.groupBy(PROMISES, ({ code }) => code)])(
  '%s is answered',
  (code, promises) => {
    const provocation = PROVOCATIONS[code];
    const own = promises.filter(({ name }) => FURTHER[`${name} ${code}`]);
    const common = promises.filter((promise) => !own.includes(promise));

    if (common.length > 0) {
      describe('as the document says', () => {
        beforeAll(() => start(provocation ?? {}));
        afterAll(end);

        it.each(common)('by $name', async ({ name }) => {
          if (!provocation) throw new Error(`Nothing here provokes ${code}.`);
          await expectDocumented(name, code, provocation);
        });
      });
    }

    for (const { name } of own) {
      it(`as the document says by ${name}`, async () => {
        const further = FURTHER[`${name} ${code}`] ?? {};
        await start(further);
        await expectDocumented(name, code, further);
        await end();
      });
    }
  },
);
