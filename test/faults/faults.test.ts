/** The fault suite: one test a fault, and a table of all at the end. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PROCESS_FAULTS } from './process-faults.ts';
import { RedisScene } from './redis.ts';
import { REDIS_FAULTS, type RedisFault } from './redis-faults.ts';
import { Report, type Result } from './report.ts';
import { isToxiproxyBuilt } from './toxiproxy.ts';
import { XScene } from './x.ts';
import { X_FAULTS } from './x-faults.ts';

const report = new Report();
afterAll(() => report.publish());

function expectAllAnswered(result: Result): void {
  const { fault, asked, answered } = report.add(result);
  expect({ fault, answered }).toEqual({ fault, answered: asked });
}

describe('a Redis that is', () => {
  let scene: RedisScene;
  beforeAll(async () => {
    scene = await RedisScene.start();
  });
  afterAll(() => scene?.stop());

  const absent: RedisFault = {
    name: 'absent at the start',
    start: () => undefined,
    end: ({ redis }) => redis.restart(),
  };

  it.each(
    [absent, ...REDIS_FAULTS].map((fault, index) => [fault.name, fault, 5_000 + index] as const),
  )('%s: every tweet is answered, and is stored once in the end', async (_, fault, author) => {
    if (fault.needsProxy && !isToxiproxyBuilt) {
      report.notRun(`Redis: ${fault.name}`, 'toxiproxy is not built; script/test builds it');
      return;
    }
    const result = await scene.suffer(fault, author);
    expectAllAnswered(result);
    expect(result).toMatchObject({ doubled: 0, ...(!fault.forgets && { lost: 0 }) });
  });
});

describe('an X that answers with', () => {
  let scene: XScene;
  beforeAll(async () => {
    scene = await XScene.start();
  });
  afterAll(() => scene?.stop());

  it.each(X_FAULTS.map((fault, index) => [fault.name, fault, 6_000 + index] as const))(
    '%s: stored tweets and texts are answered, others say that X failed, none is purged',
    async (_, fault, author) => {
      const result = await scene.suffer(fault, author);
      expectAllAnswered(result);
      expect(result.lost).toBe(0);
    },
  );
});

describe('a process', () => {
  it.each(PROCESS_FAULTS.map((fault) => [fault.name, fault] as const))('%s', async (_, fault) => {
    const result = { fault: `process: ${fault.name}`, ...(await fault.suffer()) };
    expectAllAnswered(result);
    expect(result.doubled ?? 0).toBe(0);
    if (!fault.loses) expect(result.lost ?? 0).toBe(0);
  });
});
