/** Random histories against a plain oracle. HISTORIES=1000 plays as many; script/test --all does. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Redis } from 'ioredis';
import { MemoryFeatureStore } from '../../../service/feature-store/memory/memory-feature-store.ts';
import type { RedisFeatureStore } from '../../../service/feature-store/redis/redis-feature-store.ts';
import { connectedStore } from '../../helpers/connected-store.ts';
import { eventually } from '../../helpers/eventually.ts';
import { RecordedLog, RecordedMetrics } from '../../helpers/fakes.ts';
import { RedisServer } from '../../helpers/redis-server.ts';
import { age } from '../../helpers/redis-time.ts';
import type { Lost } from '../../helpers/store-oracle.ts';
import { TcpStub } from '../../helpers/tcp-stub.ts';
import { IDENTITY } from '../../port-suites/feature-store-contract.ts';
import {
  history,
  mayFail,
  play,
  type StoreOfHistories,
} from '../../port-suites/store-histories.ts';

const HISTORIES = Number(process.env.HISTORIES ?? 100);
const TIMEOUT_MS = 60_000 + HISTORIES * 1_000;
const KEY_PREFIX = 'history:';

const LOST_KEYS: Readonly<Record<Lost, readonly string[]>> = {
  users: ['u:*'],
  topics: ['g:*'],
  lists: ['mu:*', 'mg:*'],
  registers: ['rank*', 'due:*'],
  names: ['n:*'],
};

it(
  `the memory store agrees with the oracle after ${HISTORIES} random histories`,
  async () => {
    await fc.assert(
      fc.asyncProperty(history, async (steps) => {
        let nowMs = 1_000;
        const store = new MemoryFeatureStore({
          identity: IDENTITY,
          maxRows: 100,
          now: () => nowMs,
        });
        await play(steps, {
          store,
          writers: [],
          advance: async (seconds) => {
            nowMs += seconds * 1_000;
          },
          losingTheReply: (operation) => operation(store),
        });
      }),
      { numRuns: HISTORIES },
    );
  },
  TIMEOUT_MS,
);

describe('on a real server', () => {
  let server: RedisServer;
  let admin: Redis;
  let cutter: Awaited<ReturnType<typeof TcpStub.startReplyCutter>>;
  let subject: StoreOfHistories;
  let lossy: RedisFeatureStore;
  let writers: RedisFeatureStore[];
  let cut = 0;

  const open = (url: string) =>
    connectedStore({
      url,
      keyPrefix: KEY_PREFIX,
      identity: IDENTITY,
      metrics: new RecordedMetrics(),
      logger: new RecordedLog(),
    });

  beforeAll(async () => {
    server = await RedisServer.start();
    admin = new Redis(server.url);
    cutter = await TcpStub.startReplyCutter(server.port);
    lossy = await open(cutter.stub.url);
    const store = await open(server.url);
    writers = await Promise.all([1, 2, 3].map(() => open(server.url)));
    subject = {
      store,
      writers,
      advance: (seconds) => age(admin, KEY_PREFIX, seconds),
      lose: async (lost) => {
        const patterns = lost.flatMap((kind) => LOST_KEYS[kind]);
        const keys = await Promise.all(patterns.map((each) => admin.keys(KEY_PREFIX + each)));
        for (const key of keys.flat()) await admin.del(key);
      },
      losingTheReply: async (operation) => {
        await eventually(() => lossy.findUser('nobody'));
        cutter.arm();
        await mayFail(operation(lossy));
        cut++;
      },
    };
  });

  afterAll(async () => {
    await lossy.close();
    await Promise.all([subject.store, ...writers].map((store) => store.close()));
    await cutter.stub.close();
    admin.disconnect();
    await server.stop();
  });

  it(
    `the Redis store agrees with the oracle after ${HISTORIES} random histories`,
    async () => {
      await fc.assert(
        fc.asyncProperty(history, async (steps) => {
          await admin.flushall();
          await play(steps, subject);
          await expectTidy();
        }),
        { numRuns: HISTORIES },
      );
      if (HISTORIES >= 100) expect(cut).toBeGreaterThan(0);
    },
    TIMEOUT_MS,
  );

  /** Checks that every key expires and that nothing is left in the end. */
  async function expectTidy(): Promise<void> {
    for (const key of await admin.keys('*')) {
      expect([key, await admin.ttl(key)]).toEqual([key, expect.any(Number)]);
      expect(await admin.ttl(key)).toBeGreaterThanOrEqual(0);
    }
    await age(admin, KEY_PREFIX, 1_000 * 86_400);
    expect(await admin.keys('*')).toEqual([]);
  }
});
