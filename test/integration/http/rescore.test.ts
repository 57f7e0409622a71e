import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { OverloadedError } from '../../../service/domain/errors.ts';
import { aRow } from '../../port-suites/feature-store-contract.ts';
import { AS_ADMIN, AS_CALLER, startApp, type TestApp } from './helpers/start-app.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app?.stop());

const rescore = (query: string, headers: Record<string, string> = AS_ADMIN) =>
  app.call(`/v1/admin/features/rescore${query}`, { method: 'POST', headers });

const putOutdated = () =>
  app.store.putTweets([
    { row: aRow({ model: { name: 'earlier', revision: 'ba9876543210' } }), ttlSeconds: 60 },
  ]);

describe('POST /v1/admin/features/rescore', () => {
  it('answers the outcomes of the tweets of a page, and the model that scored them', async () => {
    await putOutdated();
    const answer = {
      ...{ rescored: 1, present: 0, withoutText: 0, failed: 0 },
      model: { name: 'fake-model', revision: '0123456789ab' },
      nextCursor: null,
    };
    const dryRun = await rescore('?dryRun=true&cursor=0');
    expect([dryRun.status, dryRun.json]).toEqual([200, answer]);
    const { status, json } = await rescore('');
    expect([status, json]).toEqual([200, answer]);
    expect((await rescore('')).json).toMatchObject({ rescored: 0, present: 1 });
    await app.reset();
  });

  it('answers 503 where the model is overloaded, so that the page is sent again', async () => {
    await putOutdated();
    app.model.failWith = new OverloadedError('overloaded', { retryAfterSeconds: 1 });
    const { status, json } = await rescore('');
    expect([status, json.code]).toEqual([503, 'overloaded']);
    await app.reset();
  });

  it.each([
    ['?cursor=t0', 'cursor must be the `nextCursor` of the previous answer, got "t0".'],
    ['?cursor=', 'cursor must be the `nextCursor` of the previous answer, got "".'],
    ['?cursor=18446744073709551616', 'cursor must be at most 18446744073709551615.'],
    ['?dryRun=yes', 'dryRun must be "true" or "false", got "yes".'],
  ])('refuses %j', async (query, detail) => {
    const { status, json } = await rescore(query);
    expect([status, json.code, json.detail]).toEqual([400, 'invalid_request', detail]);
  });

  it('refuses options in a body, which it would ignore', async () => {
    const { status, json } = await app.call('/v1/admin/features/rescore', {
      method: 'POST',
      headers: AS_ADMIN,
      body: { dryRun: true },
    });
    expect([status, json.code]).toEqual([400, 'invalid_request']);
  });

  it('needs the admin token', async () => {
    expect((await rescore('', {})).status).toBe(401);
    expect((await rescore('', AS_CALLER)).status).toBe(401);
  });
});
