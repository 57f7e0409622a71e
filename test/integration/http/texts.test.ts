import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { DEFAULT_LIMITS } from '../../../service/contract/http.ts';
import { AS_CALLER, startApp, type TestApp } from './helpers/start-app.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.stop());

const post = (body: object) => app.call('/v1/inference', { headers: AS_CALLER, body });
const score = (texts: string[]) => post({ texts });

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
      certain: true,
      truncated: false,
      language: 'en',
      languageSupported: true,
    };
    expect(status).toBe(200);
    expect(json).toEqual({
      results: [
        { ...result, tokens: 6 },
        { ...result, tokens: 5 },
      ],
      model: { name: 'fake-model', revision: '0123456789ab' },
    });
  });

  it('marks a label as unsure whose score is close to the second highest', async () => {
    const { json } = await score(['good', 'an even match']);
    expect(json.results).toMatchObject([
      { sentimentAnalyst: 'positive', certain: true },
      { sentimentAnalyst: 'positive', certain: false },
    ]);
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

  it('takes one text in place of a list', async () => {
    const { status, json } = await post({ text: 'I love this phone' });
    expect([status, json.results]).toMatchObject([
      200,
      [{ status: 'ok', sentimentAnalyst: 'positive', tokens: 6 }],
    ]);
    expect(app.model.asked.at(-1)).toEqual(['I love this phone']);
  });

  it.each([
    ['both text and texts', { text: 'a', texts: ['a'] }],
    ['neither text nor texts', { truncate: false }],
  ])('refuses %s', async (_what, body) => {
    const { status, json } = await post(body);
    const detail = 'The body must have either "text" or "texts".';
    expect([status, json]).toMatchObject([400, { code: 'invalid_request', detail }]);
  });

  it.each([
    [{ text: 7 }, 'text must be a string.'],
    [{ text: ' ' }, 'text is empty or blank.'],
    [{ text: 'a', truncate: 'no' }, 'truncate must be true or false.'],
    [{ text: 'a', trunctate: false }, 'The body holds an unknown property "trunctate".'],
  ])('explains the fault of %j', async (body, detail) => {
    expect((await post(body)).json).toMatchObject({ code: 'invalid_request', detail });
  });

  it('fails with the failure of a single text', async () => {
    const { status, json } = await post({ text: 'a banana split' });
    expect([status, json.code]).toEqual([500, 'model_failed']);
  });

  describe('with "truncate": false', () => {
    /** Two tokens more than the model reads, with the special ones. */
    const long = Array(256).fill('a').join(' ');

    it('refuses a text that the model would truncate, with its tokens and those of the model', async () => {
      const before = app.model.asked.length;
      const { status, json } = await post({ text: long, truncate: false });
      expect([status, json]).toMatchObject([
        422,
        { code: 'text_too_long_for_model', tokens: 258, maxTokens: 256 },
      ]);
      expect(json.detail).toContain('The text has 258 tokens, more than the 256');
      expect(app.model.asked).toHaveLength(before);
    });

    it('answers a problem in place of each long text, and scores the others in their places', async () => {
      const texts = [long, 'so do I', 'fine', `${long} b`];
      const { status, json } = await post({ texts, truncate: false });
      expect(status).toBe(200);
      expect(json.results).toMatchObject([
        { problem: { code: 'text_too_long_for_model', status: 422, tokens: 258 } },
        { status: 'ok', tokens: 5 },
        { status: 'ok', tokens: 3 },
        { problem: { code: 'text_too_long_for_model', tokens: 259 } },
      ]);
    });

    it('scores a text that fills the window', async () => {
      const { json } = await post({ text: Array(254).fill('a').join(' '), truncate: false });
      expect(json.results).toMatchObject([{ status: 'ok', tokens: 256 }]);
    });
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

  it('adds the words of a single text with explain=words, in offsets of the text', async () => {
    const text = 'so 😍 good';
    const { status, json } = await app.call('/v1/inference?explain=words', {
      headers: AS_CALLER,
      body: { texts: [text] },
    });
    expect([status, json.results[0].words]).toEqual([
      200,
      [
        { text: 'so', start: 0, end: 2, influence: 0 },
        { text: '😍', start: 3, end: 5, influence: 0 },
        { text: 'good', start: 6, end: 10, influence: 0 },
      ],
    ]);
  });

  it('knows no other explanation than that of words', async () => {
    const { status, json } = await app.call('/v1/inference?explain=letters', {
      headers: AS_CALLER,
      body: { texts: ['a'] },
    });
    expect([status, json.code]).toEqual([400, 'invalid_request']);
    expect(json.detail).toBe('explain must be "words", got "letters".');
  });

  it('asks neither the tweet source nor the feature store', () => {
    expect(app.source.asked).toEqual([]);
    expect(app.store.writes).toEqual([]);
  });
});
