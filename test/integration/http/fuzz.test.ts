/** Whatever is sent, the answer is never a failure of the service. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { unicodeString } from '../../helpers/unicode-string.ts';
import { webUrl } from '../../helpers/url-parts.ts';
import { AS_ADMIN, AS_CALLER, startApp, type TestApp } from './helpers/start-app.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.stop());

const HEADERS = { ...AS_CALLER, ...AS_ADMIN };
const PATHS = [
  '/v1/inference',
  '/v1/inference/tweets',
  '/v1/admin/tweets',
  '/v2/models/fake-model/infer',
];

/** Bodies with the right keys and anything in them, so that more than the first check is met. */
const nearlyValid = fc.oneof(
  fc.record({ texts: fc.array(fc.oneof(unicodeString(), fc.jsonValue())) }),
  fc.record({ tweetUrls: fc.array(fc.oneof(webUrl, unicodeString())) }),
  fc.record({
    tweets: fc.array(
      fc.record(
        {
          id: fc.oneof(fc.nat().map(String), fc.string()),
          text: unicodeString(),
          created_at: fc.string(),
          entities: fc.jsonValue(),
        },
        { requiredKeys: ['id', 'text'] },
      ),
    ),
    includes: fc.oneof(fc.constant({}), fc.jsonValue()),
  }),
  fc.record({
    inputs: fc.array(
      fc.record({
        name: fc.constantFrom('text', 'other'),
        shape: fc.array(fc.integer({ min: -1, max: 3 }), { maxLength: 3 }),
        datatype: fc.constantFrom('BYTES', 'FP32'),
        data: fc.array(fc.oneof(unicodeString(), fc.jsonValue())),
      }),
      { maxLength: 2 },
    ),
  }),
);

async function isNoFailure(path: string, body?: unknown): Promise<void> {
  const call = body === undefined ? { headers: HEADERS } : { headers: HEADERS, body };
  const { status } = await app.call(path, call);
  expect(status).toBeLessThan(500);
}

it.each(PATHS)('any JSON to %s', async (path) => {
  await fc.assert(
    fc.asyncProperty(fc.oneof(nearlyValid, fc.jsonValue()), (body) =>
      isNoFailure(path, JSON.stringify(body)),
    ),
    { numRuns: 150 },
  );
});

it('any text as a body', async () => {
  await fc.assert(fc.asyncProperty(fc.constantFrom(...PATHS), unicodeString(), isNoFailure), {
    numRuns: 150,
  });
});

it('any tweetUrl', async () => {
  const url = fc.oneof(webUrl, unicodeString(), fc.string());
  await fc.assert(
    fc.asyncProperty(url, (tweetUrl) =>
      isNoFailure(`/v1/inference?${new URLSearchParams({ tweetUrl })}`),
    ),
    { numRuns: 200 },
  );
});

it('any path and query', async () => {
  const unreserved = fc.string({ unit: fc.constantFrom(...'/?&=%.;:@!$()*+,~-_azAZ09'.split('')) });
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(
        '/',
        '/v1/',
        '/v1/inference',
        '/v2/models/',
        '/docs/',
        '/v1/admin/features/tweets/',
        '/v1/users/',
        '/v1/users?limit=',
        '/v1/topics/',
        '/v1/topics?limit=',
        '/v1/topics/a/sentiment?from=',
        '/v1/features/tweets?ids=',
      ),
      unreserved,
      (start, rest) => isNoFailure(start + rest),
    ),
    { numRuns: 300 },
  );
});
