import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { eventually } from '../../../helpers/eventually.ts';
import { RedisServer } from '../../../helpers/redis-server.ts';
import { ServiceProcess } from '../../../helpers/service-process.ts';
import { type ToolEnd, ToolProcess } from '../../../helpers/tool-process.ts';

const ADMIN_TOKEN = 'admin-token-of-the-test';
const AS_ADMIN = { authorization: `Bearer ${ADMIN_TOKEN}` };
const CREATED_AT = new Date(Date.now() - 86_400_000).toISOString();
const TWEETS = 30;

let redis: RedisServer;
let admin: Redis;
let service: ServiceProcess;
let folder: string;

beforeAll(async () => {
  redis = await RedisServer.start();
  admin = new Redis(redis.url);
  service = await ServiceProcess.start({
    ADMIN_TOKEN,
    TWEET_SOURCE: 'fixture',
    REDIS_URL: redis.url,
  });
});
afterAll(async () => {
  await service?.stop();
  admin?.disconnect();
  await redis?.stop();
});
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rebuild-'));
  await admin.flushall();
  const tweets = Array.from({ length: TWEETS }, (_, index) => ({
    id: `${100 + index}`,
    text: 'I love this',
    author_id: `${7 + (index % 2)}`,
    created_at: CREATED_AT,
  }));
  // Again where Redis did not answer in time, on a busy machine.
  await eventually(async () => {
    const response = await service.post('/v1/admin/tweets', { tweets }, { headers: AS_ADMIN });
    expect(response.status).toBe(200);
  });
});

function start(args: readonly string[], url = service.url): ToolProcess {
  const words = ['features', 'rebuild', '--url', url, ...args];
  return ToolProcess.start(words, { environment: { ADMIN_TOKEN }, folder });
}

const run = (...args: string[]): Promise<ToolEnd> => start(args).ended;

async function totalOf(author: number): Promise<number | undefined> {
  const response = await service.getStored(`/v1/users/${author}/sentiment`);
  return response.status === 404 ? 0 : ((await response.json()) as { total?: number }).total;
}

async function loseAggregates(): Promise<void> {
  await admin.del(...(await admin.keys('tss:u:*')), ...(await admin.keys('tss:mu:*')), 'tss:rank');
  expect(await totalOf(7)).toBe(0);
}

describe('tss features rebuild', () => {
  it('reports lost aggregates in a dry run, restores them, and then finds nothing', async () => {
    await loseAggregates();
    const report = await run('--dry-run');
    expect([report.code, report.stdout]).toEqual([
      1,
      expect.stringMatching(/^\d+ rows, .* compared\.\nDiffer: 30 tweets missing under/),
    ]);
    expect(report.stderr).toContain('mend them without --dry-run');
    expect(await totalOf(7)).toBe(0);

    expect(await run()).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('Mended: 30 tweets missing under their author or a topic.'),
    });
    expect([await totalOf(7), await totalOf(8)]).toEqual([15, 15]);
    const users = (await (await service.getStored('/v1/users')).json()) as { users: unknown[] };
    expect(users.users).toHaveLength(2);
    expect(await run('--dry-run')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('Nothing differs.'),
    });
  });

  it('continues an interrupted run, or starts at the beginning on request', async () => {
    const state = join(folder, '.rebuild-state.json');
    const interrupt = async (...args: string[]) => {
      expect(await start(['--rate', '1', ...args]).interruptOnce(state)).toMatchObject({
        code: 130,
        stderr: expect.stringContaining('run the same command to continue'),
      });
    };
    await loseAggregates();
    await interrupt();
    expect(await run()).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('Continues an earlier run'),
    });
    expect(existsSync(state)).toBe(false);
    expect(await totalOf(7)).toBe(15);

    await interrupt();
    await loseAggregates();
    expect(await run('--restart')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('Mended: 30 tweets'),
      stderr: expect.not.stringContaining('Continues'),
    });
  });

  it('says that nothing differs only if it compared everything', async () => {
    const state = join(folder, '.rebuild-state.json');
    await start(['--rate', '1']).interruptOnce(state);
    const { stdout } = await run();
    expect(stdout).toMatch(/^\d+ rows, .* compared\.\n$/);
    expect((await run()).stdout).toContain('Nothing differs.');
  });

  it('finds nothing to do for a service with a store in memory', async () => {
    const other = await ServiceProcess.start({ ADMIN_TOKEN, TWEET_SOURCE: 'fixture' });
    try {
      expect(await start([], other.url).ended).toMatchObject({
        code: 0,
        stdout:
          'There was nothing to compare: the store is empty, or in memory, where aggregates always agree with the tweets.\n',
      });
    } finally {
      await other.stop();
    }
  });

  it('prints no result where nothing was compared', async () => {
    const { code, stdout } = await start([], 'http://127.0.0.1:9').ended;
    expect([code, stdout]).toEqual([1, '']);
  });

  it.each([
    [['--rate', '0'], 2, /--rate must be an integer from 1 to 1000000, got '0'/],
    [['--help'], 0, /^$/],
  ])('called with %j exits %i', async (args, code, stderr) => {
    expect(await run(...args)).toMatchObject({ code, stderr: expect.stringMatching(stderr) });
  });
});
