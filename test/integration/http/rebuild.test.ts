import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AS_ADMIN, AS_CALLER, startApp, type TestApp } from './helpers/start-app.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app?.stop());

const rebuild = (query: string, headers: Record<string, string> = AS_ADMIN) =>
  app.call(`/v1/admin/features/rebuild${query}`, { method: 'POST', headers });

/** End of a cursor of Redis. */
const MARK = '0123456789abcdef0123456789abcdef01234567';

describe('POST /v1/admin/features/rebuild', () => {
  it.each(['', '?cursor=t0', `?cursor=e15-${MARK}&dryRun=true`, '?dryRun=false'])(
    'answers %j with what differed on a page',
    async (query) => {
      const { status, json } = await rebuild(query);
      expect([status, json]).toEqual([
        200,
        {
          ...{ checked: 0, rows: 0, contributions: 0, usernames: 0, entities: 0 },
          ...{ tooLarge: 0, purged: 0, nextCursor: null },
        },
      ]);
    },
  );

  it.each(['?cursor=0', '?cursor=x5', '?cursor=t5-6', '?cursor=', '?dryRun=yes', '?dryrun=true'])(
    'refuses %j',
    async (query) => {
      const { status, json } = await rebuild(query);
      expect([status, json.code]).toEqual([400, 'invalid_request']);
    },
  );

  it.each(['{"dryRun":true}', '[]', '"e0"'])('refuses the body %s', async (body) => {
    const headers = { ...AS_ADMIN, 'content-type': 'application/json' };
    const answer = await app.call('/v1/admin/features/rebuild', { method: 'POST', headers, body });
    expect([answer.status, answer.json]).toEqual([
      400,
      expect.objectContaining({ detail: expect.stringContaining('dryRun in the query') }),
    ]);
  });

  it('accepts an empty object as a body', async () => {
    const headers = { ...AS_ADMIN, 'content-type': 'application/json' };
    const page = { method: 'POST', headers, body: '{}' };
    expect((await app.call('/v1/admin/features/rebuild', page)).status).toBe(200);
  });

  it('needs the admin token', async () => {
    expect((await rebuild('', {})).status).toBe(401);
    expect((await rebuild('', AS_CALLER)).status).toBe(401);
  });
});
