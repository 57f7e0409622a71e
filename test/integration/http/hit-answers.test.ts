import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { FastifyReply } from 'fastify';
import type { FeatureRow } from '../../../service/domain/feature-row.ts';
import { HitAnswers } from '../../../service/http/hit-answers.ts';
import { aRow } from '../../port-suites/feature-store-contract.ts';
import {
  AS_CALLER,
  soon,
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
afterEach(() => app.reset());
afterAll(() => app.stop());

const one = (headers: Record<string, string> = {}) =>
  app.call(tweetPath(TWEET_URL), { headers: { ...AS_CALLER, ...headers } });
const several = (...tweetUrls: string[]) =>
  app.call('/v1/inference/tweets', { headers: AS_CALLER, body: { tweetUrls } });
const store = (overrides: Partial<FeatureRow> = {}) =>
  app.store.rows.set(overrides.tweetId ?? TWEET_ID, aRow(overrides));

/** Characters that JSON escapes, a lone surrogate and one of two bytes. */
const ODD_TEXT = 'a "quote", \\, \u0007, \u2028, \ud83d, \u00e9 and \ud83d\ude00';

describe('the answer for a stored tweet', () => {
  it.each([
    ['a full row', {}],
    ['odd characters', { text: ODD_TEXT }],
    ['nulls', { text: null, authorId: null, authorUsername: null, language: null }],
    ['an unknown language', { languageSupported: null }],
    ['a label without margin', { scores: { negative: 0.4, neutral: 0.2, positive: 0.4 } }],
  ])('has the bytes of its schema: %s', async (_, row) => {
    store(row);
    const bySchema = await several(TWEET_URL, 'not a URL');
    const [first] = bySchema.text.split(',{"tweetUrl":"not a URL"');
    for (const kept of [await several(TWEET_URL), await several(TWEET_URL)]) {
      expect(kept.text).toBe(`${first}]}`);
      expect(kept.headers['content-type']).toBe(bySchema.headers['content-type']);
    }
    const item = `{"results":[{"tweetUrl":"${TWEET_URL}","status":"ok",${(await one()).text.slice(1)}]}`;
    expect(item).toBe(`${first}]}`);
  });

  it('has the URL, id and timings of each request', async () => {
    store();
    const urls = [`${TWEET_URL}?s="20"`, `https://twitter.com/i/status/${TWEET_ID}`];
    for (const url of urls) {
      const { json } = await several(url);
      expect(json.results).toMatchObject([{ tweetUrl: url, tweetId: TWEET_ID }]);
    }
    const { json } = await several(...urls);
    expect(json.results.map(({ tweetUrl }: { tweetUrl: string }) => tweetUrl)).toEqual(urls);
    for (const id of ['first', 'second']) {
      const { headers } = await one({ 'x-request-id': id });
      expect(headers).toMatchObject({
        'x-request-id': id,
        'x-process-time': expect.stringMatching(/^\d\.\d{6}$/),
        'server-timing': expect.stringMatching(/^store;dur=\d+\.\d{3}, total;dur=\d+\.\d{3}$/),
        'x-content-type-options': 'nosniff',
        'cache-control': 'no-store',
        'content-type': 'application/json; charset=utf-8',
      });
    }
    await soon(() => app.lines.length >= 2);
    expect(app.lines.map(({ requestId }) => requestId)).toEqual(
      expect.arrayContaining(['first', 'second']),
    );
  });

  it('changes when the tweet is scored again, and is gone when it is purged', async () => {
    store({ label: 'positive' });
    expect((await one()).json).toMatchObject({ sentimentAnalyst: 'positive' });
    store({ label: 'negative', scores: { negative: 0.9, neutral: 0.05, positive: 0.05 } });
    expect((await one()).json).toMatchObject({ sentimentAnalyst: 'negative' });
    await app.store.purgeTweet(TWEET_ID);
    expect((await one()).json).toMatchObject({ featureStore: 'miss', tokens: 6 });
  });

  it('names the model of its row', async () => {
    store();
    await one();
    store({ model: { name: 'other', revision: 'ba9876543210' } });
    expect((await one()).json.model).toEqual({ name: 'other', revision: 'ba9876543210' });
  });
});

/** Answers that are serialized as the id of their tweet, padded to `characters`. */
function countedAnswers(maxBytes: number, characters = 50) {
  const serialized: string[] = [];
  const answers = new HitAnswers({
    serialize: ({ row }) => {
      serialized.push(row.tweetId);
      return row.tweetId.padEnd(characters);
    },
    maxBytes,
  });
  const ask = (row: FeatureRow, featureStore: 'hit' | 'miss' = 'hit') => {
    const outcome = { status: 'ok', row, text: row.text, featureStore, tokens: null } as const;
    return answers.jsonOf(outcome, {} as FastifyReply);
  };
  return { ask, serialized };
}

describe('HitAnswers', () => {
  it('serializes a row once', () => {
    const { ask, serialized } = countedAnswers(1_000);
    const row = aRow();
    expect([ask(row), ask(row)]).toEqual([TWEET_ID.padEnd(50), TWEET_ID.padEnd(50)]);
    expect(serialized).toEqual([TWEET_ID]);
  });

  it('keeps no answer for another row of the same tweet', () => {
    const { ask, serialized } = countedAnswers(1_000);
    ask(aRow());
    ask(aRow());
    expect(serialized).toHaveLength(2);
  });

  it('leaves misses to the schema', () => {
    const { ask, serialized } = countedAnswers(1_000);
    expect(ask(aRow(), 'miss')).toBeUndefined();
    expect(serialized).toEqual([]);
  });

  it('releases all answers when they would exceed the bound', () => {
    const { ask, serialized } = countedAnswers(450);
    const rows = ['1', '2', '3'].map((tweetId) => aRow({ tweetId }));
    for (const row of [...rows, ...rows.toReversed()]) ask(row);
    expect(serialized).toEqual(['1', '2', '3', '2', '1']);
  });

  it('does not keep an answer that is larger than the bound', () => {
    const { ask, serialized } = countedAnswers(199);
    const row = aRow();
    ask(row);
    ask(row);
    expect(serialized).toHaveLength(2);
  });
});
