import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { FeatureStoreUnavailableError } from '../../../service/domain/errors.ts';
import { AS_ADMIN, AS_CALLER, startApp, type TestApp } from './helpers/start-app.ts';

const PATH = '/v1/admin/features/load';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app?.stop());

const aRow = (overrides: object = {}) => ({
  tweet: { id: '1', text: 'I love this #phone', author_id: '7' },
  scores: { negative: 0.05, neutral: 0.15, positive: 0.8 },
  model: { name: 'fake-model', revision: '0123456789ab' },
  scoredAt: '2026-11-23T08:00:00.123Z',
  ...overrides,
});

const load = (rows: readonly object[], headers: Record<string, string> = AS_ADMIN) =>
  app.call(PATH, { headers, body: { rows } });

describe('POST /v1/admin/features/load', () => {
  it('stores rows before it answers, and answers in their order', async () => {
    const { status, json } = await load([
      aRow(),
      aRow({ tweet: { id: '2' }, scoredAt: 'yesterday' }),
      aRow({ tweet: { id: '3' }, scores: { negative: 0, neutral: 0, positive: 0.5 } }),
      aRow({ tweet: { id: '4' }, language: null, languageSupported: null, truncated: true }),
    ]);
    expect([status, json]).toMatchObject([
      200,
      {
        results: [
          { tweetId: '1', status: 'ok' },
          { tweetId: '2', status: 'error', problem: { code: 'invalid_request' } },
          { tweetId: '3', status: 'error', problem: { code: 'invalid_request' } },
          { tweetId: '4', status: 'ok' },
        ],
      },
    ]);
    expect(app.store.rows.get('1')).toMatchObject({
      ...{ label: 'positive', topics: ['#phone'], authorId: '7', preprocessingVersion: 1 },
      createdTimestampMs: Date.UTC(2026, 10, 23, 8, 0, 0, 123),
    });
    expect(app.store.rows.get('4')).toMatchObject({ text: null, truncated: true });
    await app.reset();
  });

  it.each(['yesterday', '2026-11-23T08:00:00', '2026-02-30T08:00:00Z'])(
    'stores no row with the time %s',
    async (scoredAt) => {
      const { json } = await load([aRow({ tweet: { id: '6' }, scoredAt })]);
      expect(json.results).toMatchObject([
        { status: 'error', problem: { detail: expect.stringContaining('scoredAt of tweet 6') } },
      ]);
    },
  );

  it('purges a stored tweet that is withheld, and records its tombstone', async () => {
    await load([aRow({ tweet: { id: '5' } })]);
    const { json } = await load([aRow({ tweet: { id: '05', text: 'hidden', withheld: {} } })]);
    expect(json.results).toMatchObject([{ status: 'error', problem: { code: 'tweet_withheld' } }]);
    expect(app.store.rows.has('5')).toBe(false);
    expect(app.predictionLog.purged).toEqual(['5']);
  });

  it('answers 503 where the store is away', async () => {
    app.store.failWith = new FeatureStoreUnavailableError('away');
    const { status, json } = await load([aRow()]);
    expect([status, json.code]).toEqual([503, 'feature_store_unavailable']);
    await app.reset();
  });

  it.each([
    ['no rows', [], 'rows is empty.'],
    ['a row without a model', [aRow({ model: undefined })], 'rows[0] lacks the property "model".'],
    [
      'a revision of another form',
      [aRow({ model: { name: 'm', revision: 'main' } })],
      'rows[0].model.revision must be 12 hex digits in lower case, got "main".',
    ],
    [
      'a tweet id of another form',
      [aRow({ tweet: { id: '-5' } })],
      'rows[0].tweet.id must be an id of 1 to 19 digits, got "-5".',
    ],
    [
      'a score above 1',
      [aRow({ scores: { negative: 0, neutral: 0, positive: 2 } })],
      'rows[0].scores.positive must be 1 or less.',
    ],
    [
      'an unknown member',
      [aRow({ label: 'positive' })],
      'rows[0] holds an unknown property "label".',
    ],
  ])('refuses %s', async (_, rows, detail) => {
    const { status, json } = await load(rows);
    expect([status, json.code, json.detail]).toEqual([400, 'invalid_request', detail]);
  });

  it('needs the admin token', async () => {
    expect((await load([aRow()], {})).status).toBe(401);
    expect((await load([aRow()], AS_CALLER)).status).toBe(401);
  });
});
