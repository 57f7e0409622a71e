import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { DEFAULT_LIMITS } from '../../../service/contract/http.ts';
import {
  AS_CALLER,
  STARTED_AT_MS,
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

describe('GET /v1/status', () => {
  it('shows the configuration and the totals since the start', async () => {
    const score = () => app.call(tweetPath(TWEET_URL), { headers: AS_CALLER });
    await score();
    await soon(() => app.store.rows.size === 1);
    await score();
    await app.call('/v1/inference', { body: {}, headers: AS_CALLER });
    await soon(() => app.lines.filter(({ msg }) => msg === 'request').length === 3);
    const { json } = await app.call('/v1/status');
    expect(json).toEqual({
      name: 'tweet-sentiment-service',
      version: '1.2.3',
      status: 'ready',
      startedAt: new Date(STARTED_AT_MS).toISOString(),
      uptimeSeconds: 5.5,
      model: {
        name: 'fake-model',
        revision: '0123456789ab',
        preprocessingVersion: 1,
        languages: ['en'],
        maxTokens: 256,
      },
      featureStore: { kind: 'memory', hits: 1, misses: 1, errors: 0, sample: false, hitRate: 0.5 },
      tweetSource: { kind: 'fixture', calls: expect.any(Number), readsSpentToday: 7 },
      engine: { workers: 2, saturation: 0, queuedTexts: 0, predictions: 0, shed: 0 },
      requests: { total: 3, failuresByCode: { invalid_request: 1 } },
      limits: { ...DEFAULT_LIMITS, requestsPerMinute: null, maxTokens: 256 },
    });
  });

  it('has no hit rate before the first read', async () => {
    expect((await app.call('/v1/status')).json.featureStore.hitRate).toBeNull();
  });
});
