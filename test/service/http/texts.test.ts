import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { DEFAULT_LIMITS } from '../../../service/contract/http.ts';
import { AS_CALLER, startApp, type TestApp } from './helpers/start-app.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.stop());

const score = (texts: string[]) =>
  app.call('/v1/inference', { headers: AS_CALLER, body: { texts } });

/** Milliseconds from the request to the deadline that the model was given, on a clock that stands still. */
async function deadlineOf(texts: string[]): Promise<number | undefined> {
  const clock = jest.spyOn(performance, 'now').mockReturnValue(5_000);
  try {
    await score(texts);
  } finally {
    clock.mockRestore();
  }
  const deadline = app.model.contexts.at(-1)?.deadline;
  return deadline && deadline.atMs - 5_000;
}

describe('POST /v1/inference', () => {
  it('answers one result per text, in order, and names the model', async () => {
    const { status, json } = await score(['I love this phone', 'so do I']);
    const result = {
      status: 'ok',
      sentimentAnalyst: 'positive',
      scores: { negative: 0.05, neutral: 0.05, positive: 0.9 },
      truncated: false,
      language: 'en',
      languageSupported: true,
    };
    expect(status).toBe(200);
    expect(json).toEqual({
      results: [result, result],
      model: { name: 'fake-model', revision: '0123456789ab' },
    });
  });

  it('marks and counts a text in a language that the model does not read', async () => {
    const before = app.metrics.sum('OtherLanguageTexts');
    const { json } = await score(['good', 'ein großer Spaß', '12:30']);
    expect(app.metrics.sum('OtherLanguageTexts') - before).toBe(1);
    expect(json.results).toMatchObject([
      { language: 'en', languageSupported: true },
      { language: 'de', languageSupported: false },
      { language: null, languageSupported: null },
    ]);
  });

  it('hands texts on as they are, in one batch', async () => {
    const texts = [' [CLS] a ', 'é😀\u0000', '"\\\u2028', 'a'];
    await score(texts);
    expect(app.model.asked.at(-1)).toEqual(texts);
  });

  it('takes a content type with a character set', async () => {
    const headers = { ...AS_CALLER, 'content-type': 'Application/JSON; charset=utf-8' };
    const { status } = await app.call('/v1/inference', { headers, body: { texts: ['a'] } });
    expect(status).toBe(200);
  });

  it('takes 128 texts', async () => {
    expect((await score(Array(128).fill('a'))).json.results).toHaveLength(128);
  });

  it('has the deadline of a single request for one text, of a batch for several', async () => {
    expect(await deadlineOf(['a'])).toBe(DEFAULT_LIMITS.singleDeadlineMs);
    expect(await deadlineOf(['a', 'b'])).toBe(DEFAULT_LIMITS.batchDeadlineMs);
  });

  it('answers a problem in place of a text with nothing to score', async () => {
    app.model.unscorable = true;
    const { status, json } = await score(['\u200b']);
    app.model.unscorable = false;
    const problem = { code: 'empty_text', status: 422, detail: expect.stringContaining('leave') };
    expect([status, json.results]).toMatchObject([200, [{ status: 'error', problem }]]);
  });

  it('answers a problem in place of the text that the model fails on, and scores the others', async () => {
    const { status, json } = await score(['good', 'a banana split', 'fine']);
    expect(status).toBe(200);
    expect(json.results).toMatchObject([
      { status: 'ok', sentimentAnalyst: 'positive' },
      { status: 'error', problem: { code: 'model_failed', status: 500 } },
      { status: 'ok', sentimentAnalyst: 'positive' },
    ]);
  });

  it('asks neither the tweet source nor the feature store', () => {
    expect(app.source.asked).toEqual([]);
    expect(app.store.writes).toEqual([]);
  });
});
