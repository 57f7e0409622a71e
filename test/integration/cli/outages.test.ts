import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { eventually } from '../../helpers/eventually.ts';
import { startOnRandomPort } from '../../helpers/random-port.ts';
import { PERSISTENT, RedisServer } from '../../helpers/redis-server.ts';
import { ServiceProcess } from '../../helpers/service-process.ts';
import { ToolProcess } from '../../helpers/tool-process.ts';

const ADMIN_TOKEN = 'admin-token-of-the-test';
const CREATED_AT = new Date(Date.now() - 86_400_000).toISOString();
const ROWS = 500;
/** Longer than a command waits for a service. */
const TOOL_TIMEOUT_MS = 540_000;
const AS_EARLIER = { model_name: 'earlier', model_revision: 'ba9876543210' };

let redis: RedisServer;
let admin: Redis;
let service: ServiceProcess;
let folder: string;

const startService = (port: string) =>
  ServiceProcess.start({
    ...{ ADMIN_TOKEN, PORT: port, REDIS_URL: redis.url },
    ...{ TWEET_SOURCE: 'fixture', STORE_TWEET_TEXT: 'true' },
  });

beforeAll(async () => {
  redis = await RedisServer.start(PERSISTENT);
  admin = new Redis(redis.url);
  admin.on('error', () => undefined);
  // Not one of the ports that the system hands out, as to connections while no service has it.
  service = await startOnRandomPort((port) => startService(`${port}`));
});
afterAll(async () => {
  await service?.stop();
  admin?.disconnect();
  await redis?.stop();
});
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'outages-'));
  await admin.flushall();
});

const start = (...words: string[]) =>
  ToolProcess.start([...words, '--url', service.url], {
    environment: { ADMIN_TOKEN },
    folder,
    timeoutMs: TOOL_TIMEOUT_MS,
  });

/** A file with rows of one author that an earlier model found negative. */
function scoredFile(): string {
  const rows = Array.from({ length: ROWS }, (_, index) => ({
    ...{ id: `${10_000 + index}`, text: 'I love this', author_id: '7', created_at: CREATED_AT },
    ...{ score_negative: 0.8, score_neutral: 0.15, score_positive: 0.05, ...AS_EARLIER },
  }));
  const file = join(folder, 'scored.jsonl');
  writeFileSync(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  return file;
}

const load = (file: string, rate: number) => start('features', 'load', file, '--rate', `${rate}`);

async function loaded(): Promise<void> {
  expect(await load(scoredFile(), 100_000).ended).toMatchObject({ code: 0 });
}

async function started(stateFile: string): Promise<void> {
  await eventually(async () => {
    if (!existsSync(join(folder, stateFile))) throw new Error(`${stateFile} does not exist`);
  });
}

/** The store's process is replaced by another one, which has the same keys. */
async function loseStore(): Promise<void> {
  await redis.kill();
  await eventually(async () => {
    const { status } = await service.get('/v1/users/7/sentiment');
    if (status !== 503) throw new Error('the service still reads features');
  });
  await redis.restart();
}

/** The service's process is killed, and another one started at its address. */
async function loseService(): Promise<void> {
  await service.stop('SIGKILL');
  service = await startService(new URL(service.url).port);
}

async function author(): Promise<unknown> {
  return (await service.getStored('/v1/users/7/sentiment')).json();
}

describe('a command that has a running service work', () => {
  it('loads every row once while the store and then the service are away', async () => {
    const tool = load(scoredFile(), 150);
    await started('.load-state.json');
    await loseStore();
    await loseService();
    expect(await tool.ended).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(`${ROWS} rows loaded, 0 refused`),
    });
    expect(await author()).toMatchObject({ total: ROWS, counts: { negative: ROWS } });
    expect(existsSync(join(folder, '.load-state.json'))).toBe(false);
  });

  it('rescores every tweet though the store was started again, which draws another order', async () => {
    await loaded();
    const tool = start('rescore', '--rate', '500');
    await started('.rescore-state.json');
    await loseStore();
    expect(await tool.ended).toMatchObject({ code: 0 });
    expect(await author()).toMatchObject({ counts: { negative: 0, positive: ROWS } });
  });

  it('rebuilds every lost contribution though the store was started again', async () => {
    await loaded();
    await admin.del(...(await admin.keys('tss:u:*')), ...(await admin.keys('tss:mu:*')));
    const tool = start('features', 'rebuild', '--rate', '500');
    await started('.rebuild-state.json');
    await loseStore();
    expect(await tool.ended).toMatchObject({ code: 0 });
    expect(await author()).toMatchObject({ total: ROWS });
  });
});
