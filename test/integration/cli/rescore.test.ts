import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import type { FeatureRow } from '../../../service/domain/feature-row.ts';
import type { RedisFeatureStore } from '../../../service/feature-store/redis/redis-feature-store.ts';
import { connectedStore } from '../../helpers/connected-store.ts';
import { eventually } from '../../helpers/eventually.ts';
import { RecordedLog, RecordedMetrics } from '../../helpers/fakes.ts';
import { RedisServer } from '../../helpers/redis-server.ts';
import { ServiceProcess } from '../../helpers/service-process.ts';
import { type ToolEnd, ToolProcess } from '../../helpers/tool-process.ts';
import { aRow } from '../../port-suites/feature-store-contract.ts';

const ADMIN_TOKEN = 'admin-token-of-the-test';
const EARLIER = { name: 'earlier', revision: 'ba9876543210' };
const DAY_MS = 86_400_000;
const TWEETS = 90;

let redis: RedisServer;
let admin: Redis;
let service: ServiceProcess;
let store: RedisFeatureStore;
let folder: string;

beforeAll(async () => {
  redis = await RedisServer.start();
  admin = new Redis(redis.url);
  admin.on('error', () => undefined);
  store = await connectedStore({
    url: redis.url,
    keyPrefix: 'tss:',
    identity: { ...EARLIER, preprocessingVersion: 1 },
    metrics: new RecordedMetrics(),
    logger: new RecordedLog(),
  });
  service = await ServiceProcess.start({
    ADMIN_TOKEN,
    TWEET_SOURCE: 'fixture',
    REDIS_URL: redis.url,
  });
});
afterAll(async () => {
  await service?.stop();
  await store?.close();
  admin?.disconnect();
  await redis?.stop();
});
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rescore-'));
  await admin.flushall();
  await put(Array.from({ length: TWEETS }, (_, index) => ({ tweetId: `${100 + index}` })));
});

/** Tweets of one author that the earlier model found negative. */
function put(rows: readonly Partial<FeatureRow>[]) {
  return store.putTweets(
    rows.map((row) => ({
      row: aRow({
        ...{ model: EARLIER, authorId: '7', label: 'negative' as const },
        scores: { negative: 0.8, neutral: 0.15, positive: 0.05 },
        eventTimestampMs: Date.now() - DAY_MS,
        createdTimestampMs: Date.now() - DAY_MS / 2,
        ...row,
      }),
      ttlSeconds: 3_600,
    })),
  );
}

function start(...args: readonly string[]): ToolProcess {
  const words = ['rescore', '--url', service.url, ...args];
  return ToolProcess.start(words, { environment: { ADMIN_TOKEN }, folder });
}

const run = (...args: string[]): Promise<ToolEnd> => start(...args).ended;

async function countsOf(author: string): Promise<unknown> {
  const response = await service.getStored(`/v1/users/${author}/sentiment`);
  return ((await response.json()) as { counts?: unknown }).counts;
}

describe('tss rescore', () => {
  it('scores stored tweets with the present model, once each, and counts the others by their reason', async () => {
    await put([
      { tweetId: '1', text: null },
      { tweetId: '2', text: null },
    ]);
    expect(await run('--dry-run')).toMatchObject({
      code: 0,
      stdout:
        `${TWEETS} tweets to rescore, 0 already present, 2 without text, 0 failed.\n` +
        'Tweets without text are scored when they are next requested: 2 reads of X cost $0.01, and up to $0.02 more for their authors.\n',
    });
    expect(await countsOf('7')).toMatchObject({ negative: TWEETS + 2 });

    const { code, stdout } = await run('--rate', '1000');
    expect(code).toBe(0);
    // Present are those of a request that was sent again, as the store did not answer in time.
    const [, rescored, present] =
      /^(\d+) tweets rescored, (\d+) already present, 2 without text/.exec(stdout) ?? [];
    expect(Number(rescored) + Number(present)).toBe(TWEETS);
    expect(Number(rescored)).toBeGreaterThan(0);
    expect(await countsOf('7')).toMatchObject({ negative: 2, positive: TWEETS });
    expect(await admin.keys('tss:t:100:*')).toHaveLength(2);

    expect(await run()).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(`0 tweets rescored, ${TWEETS} already present`),
    });
  });

  it('continues after Ctrl-C and after the store was away, with every tweet once', async () => {
    const state = join(folder, '.rescore-state.json');
    expect(await start('--rate', '1').interruptOnce(state)).toMatchObject({
      code: 130,
      stderr: expect.stringContaining('run the same command to continue'),
    });
    const counted = (await countsOf('7')) as { negative: number; positive: number };
    expect(counted.negative + counted.positive).toBe(TWEETS);
    expect(counted.positive).toBeGreaterThan(0);
    expect(counted.negative).toBeGreaterThan(0);

    redis.freeze();
    const waiting = start('--rate', '1000');
    await eventually(async () => {
      if (!(await service.get('/v1/users/7/sentiment')).ok) return;
      throw new Error('the service still reads features');
    });
    redis.thaw();
    expect(await waiting.ended).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('Continues an earlier run'),
    });
    expect(await countsOf('7')).toMatchObject({ negative: 0, positive: TWEETS });
    expect(existsSync(state)).toBe(false);
  });

  it('ends when another model answers than that of the pages before', async () => {
    const state = join(folder, '.rescore-state.json');
    await start('--rate', '1').interruptOnce(state);
    writeFileSync(state, readFileSync(state, 'utf8').replace(/"[0-9a-f]{12}:/, '"ba9876543210:'));
    expect(await run()).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/model changed from revision ba9876543210 to .* --restart/),
    });
  });

  it('prints no result where nothing was rescored', async () => {
    const words = ['rescore', '--url', 'http://127.0.0.1:9'];
    const environment = { ADMIN_TOKEN };
    const { code, stdout } = await ToolProcess.start(words, { environment, folder }).ended;
    expect([code, stdout]).toEqual([1, '']);
  });

  it.each([
    [['--rate', '0'], 2, /--rate must be an integer from 1 to 1000000, got '0'/],
    [['--help'], 0, /^$/],
  ])('called with %j exits %i', async (args, code, stderr) => {
    expect(await run(...args)).toMatchObject({ code, stderr: expect.stringMatching(stderr) });
  });
});
