/** Answers that are not those of S3, or do not come. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { S3Store } from '../../../../cli/bulk/child/s3-store.ts';
import { BlobServer } from '../../../helpers/blob-server.ts';

const CONTENT = Buffer.from('{"text":"good"}\n');
const WHOLE = { 'content-length': CONTENT.length, etag: '"a"' };
const OBJECT = { bucket: 'tweets', key: 'a.jsonl', bytes: CONTENT.length, etag: '"a"' };

let server: BlobServer;
let answers: ((request: IncomingMessage, response: ServerResponse) => void)[];
const before = { ...process.env };
beforeAll(async () => {
  server = await BlobServer.start((request, response) => {
    const answer = answers.shift();
    if (answer) answer(request, response);
    else response.writeHead(200, WHOLE).end(request.method === 'GET' ? CONTENT : undefined);
  });
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: server.url,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'AKIDTEST',
    AWS_SECRET_ACCESS_KEY: 'secret',
  });
});
beforeEach(() => {
  answers = [];
});
afterAll(async () => {
  process.env = before;
  await server.close();
});

const openStore = (answerTimeoutMs?: number) =>
  new S3Store(process.env, new AbortController().signal, answerTimeoutMs);

it('asks again when no answer comes', async () => {
  const store = openStore(1_000);
  answers.push(() => {});
  expect(await store.find(OBJECT)).toEqual(OBJECT);
  answers.push(() => {});
  expect(await store.read(OBJECT, 0, CONTENT.length)).toEqual(CONTENT);
  store.close();
});

it('writes again when no answer comes', async () => {
  const store = openStore(1_000);
  answers.push(
    () => {},
    (request, response) => {
      request.resume();
      response.writeHead(200, { etag: '"b"' }).end();
    },
  );
  const content = (async function* () {
    yield CONTENT;
  })();
  expect(await store.write(OBJECT, content)).toBe('"b"');
  store.close();
});

it.each([
  ['a page without an ETag', { 'content-type': 'text/html' }],
  ['an object of another length', { ...WHOLE, 'content-length': 6 }],
  ['another object', { ...WHOLE, etag: '"b"' }],
])('does not take %s for the object', async (_name, headers) => {
  const store = openStore();
  answers.push((_request, response) => response.writeHead(200, headers).end('<html>'));
  await expect(store.read(OBJECT, 0, CONTENT.length)).rejects.toThrow(
    /^s3:\/\/tweets\/a\.jsonl cannot be read: the answer \(.*\) is not of byte 0 of 16, ETag "a"$/,
  );
  store.close();
});
