import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { LifecycleState } from '../../../service/process/lifecycle.ts';
import {
  AS_ADMIN,
  AS_CALLER,
  soon,
  startApp,
  type TestApp,
  TWEET_URL,
  tweetPath,
} from './helpers/start-app.ts';

/** Starts in the state `starting`, before each test again. */
let app: TestApp;
beforeAll(async () => {
  app = await startApp({ starting: true });
});
afterEach(() => app.reset());
afterAll(() => app.stop());

/** Takes the path by which a process comes to a state. */
function enter(...states: LifecycleState[]): void {
  for (const state of states) app.lifecycle.enter(state);
}

const probes = async () =>
  Object.fromEntries(
    await Promise.all(
      [
        '/livez',
        '/readyz',
        '/v2/health/live',
        '/v2/health/ready',
        '/v2/models/fake-model/ready',
      ].map(async (path) => [path, (await app.call(path)).status]),
    ),
  );
const live = { '/livez': 200, '/v2/health/live': 200 };
const dead = { '/livez': 503, '/v2/health/live': 503 };
const ready = { '/readyz': 200, '/v2/health/ready': 200, '/v2/models/fake-model/ready': 200 };
const unready = { '/readyz': 503, '/v2/health/ready': 503, '/v2/models/fake-model/ready': 503 };

describe('health', () => {
  it('of a starting process is live, not ready', async () => {
    expect(await probes()).toEqual({ ...live, ...unready });
    expect((await app.call('/readyz')).json).toEqual({ status: 'starting' });
  });

  it('of a ready process is live and ready', async () => {
    enter('ready');
    expect(await probes()).toEqual({ ...live, ...ready });
  });

  it('of a draining process is live, not ready', async () => {
    enter('ready', 'draining');
    expect(await probes()).toEqual({ ...live, ...unready });
  });

  it('of a failed process is neither live nor ready', async () => {
    enter('ready', 'failed');
    expect(await probes()).toEqual({ ...dead, ...unready });
  });

  it('has the bodies of the Open Inference Protocol under /v2', async () => {
    enter('ready');
    expect((await app.call('/v2/health/live')).json).toEqual({ live: true });
    expect((await app.call('/v2/health/ready')).json).toEqual({ live: true, ready: true });
    expect((await app.call('/v2/models/fake-model/ready')).json).toEqual({
      name: 'fake-model',
      ready: true,
    });
  });
});

describe('a process that is not ready', () => {
  it.each(['starting', 'failed'] as const)(
    'because it is %s refuses only to score',
    async (state) => {
      if (state === 'failed') enter('ready', 'failed');
      const score = await app.call(tweetPath(TWEET_URL), { headers: AS_CALLER });
      expect([score.status, score.json.code]).toEqual([503, 'overloaded']);
      expect(score.headers['retry-after']).toBe('1');
      const path = '/v1/admin/features/tweets/1';
      expect((await app.call(path, { method: 'DELETE', headers: AS_ADMIN })).status).toBe(200);
      expect((await app.call('/v1/status')).json.status).toBe(state);
    },
  );
});

describe('a draining process', () => {
  it('answers a pending request, then closes its connection', async () => {
    enter('ready');
    const gate = Promise.withResolvers<void>();
    app.model.gate = gate.promise;
    const pending = app.call(tweetPath(TWEET_URL), { headers: AS_CALLER });
    await soon(() => app.model.contexts.length === 1);
    enter('draining');
    gate.resolve();
    const answer = await pending;
    expect(answer.status).toBe(200);
    expect(answer.headers.connection).toBe('close');
  });

  it.each([
    ['/v1/status', {}],
    ['/v1/inference', { body: { texts: ['a'] }, headers: AS_CALLER }],
    ['/docs', {}],
    ['/nothing', {}],
    ['/v2/models/fake-model', {}],
  ])('refuses a request to %s on a connection opened before', async (path, call) => {
    enter('ready');
    await app.call('/livez');
    enter('draining');
    const answer = await app.call(path, call);
    expect(answer.status).toBe(503);
    expect(answer.headers.connection).toBe('close');
    expect(answer.headers['retry-after']).toBe('1');
  });

  it.each(['/livez', '/readyz', '/%zz'])('closes the connection after %s', async (path) => {
    enter('ready', 'draining');
    expect((await app.call(path)).headers.connection).toBe('close');
  });
});
