import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AS_CALLER, startApp, type TestApp } from './helpers/start-app.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.stop());

describe('POST /v1/inference', () => {
  it('answers one result per text, in order, and names the model', async () => {
    const answer = await app.call('/v1/inference', {
      headers: AS_CALLER,
      body: { texts: ['I love this phone', 'so do I'] },
    });
    expect(answer.status).toBe(200);
    const result = {
      sentimentAnalyst: 'positive',
      scores: { negative: 0.05, neutral: 0.05, positive: 0.9 },
      truncated: false,
    };
    expect(answer.json).toEqual({
      results: [result, result],
      model: { name: 'fake-model', revision: '0123456789ab' },
    });
  });
});
