import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { FeatureStoreUnavailableError } from '../../../service/domain/errors.ts';
import {
  RedisFeatureStore,
  type RedisFeatureStoreOptions,
} from '../../../service/feature-store/redis/redis-feature-store.ts';
import { RecordedLog, RecordedMetrics } from '../../helpers/fakes.ts';
import { RedisServer } from '../../helpers/redis-server.ts';
import { settlesWithin } from '../../helpers/settles-within.ts';
import { TcpStub } from '../../helpers/tcp-stub.ts';
import { anId, aRow, IDENTITY } from '../../port-suites/feature-store-contract.ts';

/** Longest time of an operation: its time-out is 100 ms. */
const BOUND_MS = 400;
/** Longest time of an operation that the open circuit breaker rejects. */
const REFUSAL_MS = 50;
/** Longest wait for the store to use a Redis that is back. */
const RECOVERY_TIMEOUT_MS = 10_000;

let closing: (() => unknown)[];

beforeEach(() => {
  closing = [];
});
afterEach(async () => {
  for (const close of closing.reverse()) await close();
});

async function aServer(args: readonly string[] = []): Promise<RedisServer> {
  const server = await RedisServer.start(args);
  closing.push(() => server.stop());
  return server;
}

async function aStub(onConnection: (socket: Socket) => void): Promise<TcpStub> {
  const stub = await TcpStub.start(onConnection);
  closing.push(() => stub.close());
  return stub;
}

async function aStore(url: string, overrides: Partial<RedisFeatureStoreOptions> = {}) {
  const metrics = new RecordedMetrics();
  const logger = new RecordedLog();
  const options = { url, keyPrefix: 'test:', identity: IDENTITY, metrics, logger, ...overrides };
  const store = await RedisFeatureStore.connect(options);
  closing.push(() => store.close());
  return { store, metrics, logger };
}

function anAdmin(server: RedisServer): Redis {
  const admin = new Redis(server.url);
  closing.push(() => admin.disconnect());
  return admin;
}

/** Expects the documented failure; resolves to whether it came in time. */
async function failsWithin(ms: number, work: Promise<unknown>): Promise<boolean> {
  const isInTime = await settlesWithin(ms, work);
  await expect(work).rejects.toBeInstanceOf(FeatureStoreUnavailableError);
  return isInTime;
}

const expectTimeout = async (work: Promise<unknown>) =>
  expect(await failsWithin(BOUND_MS, work)).toBe(true);
const expectRefusal = async (work: Promise<unknown>) =>
  expect(await failsWithin(REFUSAL_MS, work)).toBe(true);

const read = (store: RedisFeatureStore) => store.getTweets([anId()]);
const write = (store: RedisFeatureStore) =>
  store.putTweets([{ row: aRow({ tweetId: anId() }), ttlSeconds: 60 }]);
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Waits until reads and writes work again, as requests that keep coming see it. */
async function recovers(store: RedisFeatureStore): Promise<void> {
  await eventually(RECOVERY_TIMEOUT_MS, () => read(store));
  await eventually(RECOVERY_TIMEOUT_MS, () => write(store));
}

/** Fails until nothing is tried any more. */
async function failUntilRefused(store: RedisFeatureStore): Promise<void> {
  for (let i = 0; i < 3; i++) await expectTimeout(read(store));
  await expectRefusal(read(store));
}

describe('a Redis that was killed', () => {
  it('fails operations at once and is used again when it is back', async () => {
    const server = await aServer();
    const { store, metrics } = await aStore(server.url);
    await write(store);
    const underway = Promise.allSettled([read(store), write(store)]);
    await server.kill();
    await underway;
    await failUntilRefused(store);
    await expectRefusal(write(store));
    expect(metrics.records).toContainEqual(['FeatureStoreErrors', 1, 'read']);
    expect(metrics.records).toContainEqual(['FeatureStoreErrors', 1, 'write']);

    await server.restart();
    await recovers(store);
  });

  it('does not keep the store from opening, and is used when it comes up', async () => {
    const server = await aServer();
    await server.kill();
    const opening = aStore(server.url);
    expect(await settlesWithin(1_000, opening)).toBe(true);
    const { store, logger } = await opening;
    expect(logger.lines.map(({ level, fields }) => [level, fields])).toEqual([
      ['warn', { reason: 'ECONNREFUSED' }],
    ]);
    await expectTimeout(read(store));

    await server.restart();
    await recovers(store);
  });
});

describe('a Redis that is frozen', () => {
  it('lets no request wait for more than its time-out', async () => {
    const server = await aServer();
    const { store } = await aStore(server.url);
    server.freeze();
    const many = Array.from({ length: 50 }, () => failsWithin(BOUND_MS, read(store)));
    expect(await Promise.all(many)).not.toContain(false);
  });

  it('costs at most one request a second its time-out, the others nothing', async () => {
    const server = await aServer();
    const { store, metrics, logger } = await aStore(server.url);
    server.freeze();
    await failUntilRefused(store);

    const refused: boolean[] = [];
    const untilMs = performance.now() + 2_500;
    while (performance.now() < untilMs) {
      const work = [read(store), write(store)];
      const inTime = work.map((operation) => failsWithin(BOUND_MS, operation));
      const atOnce = work.map((operation) => settlesWithin(REFUSAL_MS, operation));
      refused.push(...(await Promise.all(atOnce)));
      expect(await Promise.all(inTime)).not.toContain(false);
      await pause(10);
    }
    expect(refused.filter((wasRefused) => !wasRefused).length).toBeLessThanOrEqual(3);
    expect(metrics.sum('FeatureStoreErrors')).toBe(4 + refused.length);

    server.thaw();
    await recovers(store);
    expect(logger.lines.filter(({ level }) => level === 'warn')).toHaveLength(2);
    expect(logger.lines.filter(({ level }) => level === 'info')).toHaveLength(2);
  });
});

describe('a Redis that is slow', () => {
  it('makes operations fail in time and is used again when it is not', async () => {
    const server = await aServer();
    const { store } = await aStore(server.url);
    await anAdmin(server).client('PAUSE', 600);
    await failUntilRefused(store);
    await recovers(store);
  });

  it('never gives a request the late answer to another', async () => {
    const server = await aServer();
    const { store } = await aStore(server.url);
    const rows = Array.from({ length: 4 }, () => aRow({ tweetId: anId() }));
    await store.putTweets(rows.map((row) => ({ row, ttlSeconds: 60 })));
    const [first, second, third, fourth] = rows.map((row) => row.tweetId) as [
      ...[string, string, string, string],
    ];

    server.freeze();
    await expectTimeout(store.getTweets([first]));
    await expectTimeout(store.getTweets([second]));
    // Sent behind the two that have timed out, answered in one go with them.
    const late = store.getTweets([third]);
    server.thaw();
    expect(await late).toEqual([rows[2]]);
    expect(await store.getTweets([fourth])).toEqual([rows[3]]);
  });
});

describe('a peer that accepts and never answers', () => {
  it('does not keep the store from opening, nor requests waiting', async () => {
    const blackHole = await aStub((socket) => socket.resume());
    const opening = aStore(blackHole.url);
    expect(await settlesWithin(1_000, opening)).toBe(true);
    const { store, logger } = await opening;
    await failUntilRefused(store);
    expect(logger.lines).toHaveLength(1);
  });

  it('is left for a new connection when the old one went silent', async () => {
    const server = await aServer();
    const proxy = await TcpStub.startProxy(Number(new URL(server.url).port));
    closing.push(() => proxy.close());
    const { store } = await aStore(proxy.url);
    await write(store);
    proxy.silence();
    await expectTimeout(read(store));
    await recovers(store);
    await store.purgeTweet(anId());
  });
});

/** Welcomes a client and answers its further commands with what it is told. */
const answering = (reply: string) => (socket: Socket) => {
  socket.on('data', (chunk) => {
    for (const command of chunk.toString().split(/(?=^\*\d+\r\n\$)/m)) {
      socket.write(/\r\nhello\r\n/i.test(command) ? '%0\r\n' : reply);
    }
  });
};

describe('a peer that answers', () => {
  it.each<[string, string]>([
    ['a number', ':1\r\n'],
    ['a string', '$5\r\nhello\r\n'],
    ['nothing', '_\r\n'],
    ['too few values', '*0\r\n'],
    ['too many values', '*2\r\n_\r\n_\r\n'],
    ['values of another kind', '*1\r\n:1\r\n'],
    ['an array that does not end', '*100000\r\n_\r\n'],
    ['no protocol of ours', 'HTTP/1.1 400 Bad Request\r\n\r\n'],
    ['binary noise', '\u0000\u0001\u0002\r\n\r\n\u0003'],
    ['more than was asked', '*1\r\n_\r\n+OK\r\n$4\r\nmore\r\n'],
    ['that it is loading', '-LOADING Redis is loading the dataset in memory\r\n'],
    ['that it wants a password', '-NOAUTH Authentication required.\r\n'],
    ['that it has lost its primary', '-MASTERDOWN Link with MASTER is down\r\n'],
  ])('%s makes operations fail in time, nothing worse', async (_, reply) => {
    const stub = await aStub(answering(reply));
    const { store, logger } = await aStore(stub.url);
    for (let i = 0; i < 10; i++) {
      const work = Promise.allSettled([read(store), write(store)]);
      expect(await settlesWithin(BOUND_MS, work)).toBe(true);
      const outcomes = await work;
      for (const outcome of outcomes) {
        if (outcome.status === 'rejected') {
          expect(outcome.reason).toBeInstanceOf(FeatureStoreUnavailableError);
        } else {
          expect([null, false, true]).toContain(outcome.value[0]);
        }
      }
    }
    expect(logger.lines.length).toBeLessThanOrEqual(6);
  });

  it('noise to a handshake makes operations fail in time, nothing worse', async () => {
    const stub = await aStub((socket) => {
      socket.write('\u0007garbage\r\n');
      socket.on('data', () => socket.write('more garbage\r\n'));
    });
    const { store, logger } = await aStore(stub.url);
    await failUntilRefused(store);
    expect(logger.lines).toHaveLength(1);
  });
});

describe('a Redis that refuses', () => {
  it.each<[string, string, (admin: Redis) => Promise<unknown>, (admin: Redis) => Promise<unknown>]>(
    [
      [
        'writes, being a replica',
        'READONLY',
        (admin) => admin.call('REPLICAOF', '127.0.0.1', '1'),
        (admin) => admin.call('REPLICAOF', 'NO', 'ONE'),
      ],
      [
        'writes, being full',
        'OOM',
        (admin) => admin.config('SET', 'maxmemory', '1'),
        (admin) => admin.config('SET', 'maxmemory', '0'),
      ],
    ],
  )('%s, goes on answering reads', async (_, reason, refuse, relent) => {
    const server = await aServer();
    const admin = anAdmin(server);
    const { store, metrics, logger } = await aStore(server.url);
    const row = aRow({ tweetId: anId() });
    await store.putTweets([{ row, ttlSeconds: 60 }]);
    await refuse(admin);
    for (let i = 0; i < 10; i++) await expectTimeout(write(store));
    // Sooner than an open breaker would probe.
    expect(await eventually(500, () => store.getTweets([row.tweetId]))).toEqual([row]);
    expect(metrics.sum('FeatureStoreErrors')).toBeGreaterThanOrEqual(10);
    const warnings = logger.lines.filter(({ level }) => level === 'warn');
    expect(warnings.length).toBeLessThanOrEqual(2);
    expect(JSON.stringify(warnings)).toContain(reason);

    await relent(admin);
    await recovers(store);
  });

  it('writes, being a replica, is left for a new connection, but not at each refusal', async () => {
    const server = await aServer();
    const admin = anAdmin(server);
    const { store } = await aStore(server.url);
    const connections = async () =>
      Number(/total_connections_received:(\d+)/.exec(await admin.info('stats'))?.[1]);
    await admin.call('REPLICAOF', '127.0.0.1', '1');
    const before = await connections();
    for (let i = 0; i < 10; i++) {
      await expectTimeout(write(store));
      await pause(50);
    }
    expect(await connections()).toBe(before + 1);
  });

  it('a client without its password, says so in the log', async () => {
    const server = await aServer(['--requirepass', 'secret']);
    const { store, logger } = await aStore(server.url);
    await failUntilRefused(store);
    expect(JSON.stringify(logger.lines)).toContain('NOAUTH');
  });
});

/** Tries until the work succeeds, in case the connection is just being opened anew. */
async function eventually<T>(withinMs: number, work: () => Promise<T>): Promise<T> {
  const untilMs = performance.now() + withinMs;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (performance.now() > untilMs) throw error;
      await pause(20);
    }
  }
}

describe('a purge', () => {
  it('waits for a Redis that is away for a moment', async () => {
    const server = await aServer();
    const { store, metrics } = await aStore(server.url);
    await server.kill();
    const purged = store.purgeTweet(anId());
    await pause(500);
    await server.restart();
    expect(await purged).toEqual({ rows: 0, contributions: 0 });
    expect(metrics.sum('FeatureStoreErrors')).toBe(0);
  });

  it('waits for a Redis that is frozen for a moment, while reads do not', async () => {
    const server = await aServer();
    const { store } = await aStore(server.url);
    const row = aRow({ tweetId: anId() });
    await store.putTweets([{ row, ttlSeconds: 60 }]);
    server.freeze();
    const purged = store.purgeTweet(row.tweetId);
    await failUntilRefused(store);
    await pause(1_500);
    server.thaw();
    // The first attempt may be carried out late and find the row, or a later one may.
    expect((await purged).rows).toBeLessThanOrEqual(1);
    const gone = await eventually(RECOVERY_TIMEOUT_MS, () => store.getTweets([row.tweetId]));
    expect(gone).toEqual([null]);
    expect(await store.putTweets([{ row, ttlSeconds: 60 }])).toEqual([false]);
  });

  it('works on a full server', async () => {
    const server = await aServer();
    const { store } = await aStore(server.url);
    const row = aRow({ tweetId: anId() });
    await store.putTweets([{ row, ttlSeconds: 60 }]);
    await anAdmin(server).config('SET', 'maxmemory', '1');
    expect(await store.purgeTweet(row.tweetId)).toMatchObject({ rows: 1 });
    expect(await store.purgeTweet(row.tweetId)).toEqual({ rows: 0, contributions: 0 });
  });

  it('says after 5 s that it did not succeed, and why; more than 1,000 at once say so at once', async () => {
    const server = await aServer();
    const { store, metrics } = await aStore(server.url);
    await server.kill();
    const patient = Array.from({ length: 1_000 }, () => store.purgeTweet(anId()));
    const settled = Promise.allSettled(patient);
    const isEarly = settlesWithin(4_900, settled);
    const isInTime = settlesWithin(6_500, settled);
    await expectTimeout(store.purgeTweet(anId()));

    const failures = (await settled).map((outcome) =>
      outcome.status === 'rejected' ? outcome.reason : undefined,
    );
    expect([await isEarly, await isInTime]).toEqual([false, true]);
    expect(failures.every((error) => error instanceof FeatureStoreUnavailableError)).toBe(true);
    expect(failures[0].cause.message).toMatch(/writeable|closed|ECONN/);
    expect(metrics.records.filter(([, , operation]) => operation === 'purge')).toHaveLength(1_001);
  });
});

describe('a process whose Redis is killed, frozen, paused and full while it works', () => {
  it('lives, sees no other failure than the documented one, and no wrong row', async () => {
    const server = await aServer();
    const admin = anAdmin(server);
    admin.on('error', () => undefined);
    const path = fileURLToPath(new URL('load.ts', import.meta.url));
    const load = spawn(process.execPath, [path, server.url], { stdio: ['pipe', 'pipe', 'pipe'] });
    closing.push(() => load.kill('SIGKILL'));
    let errors = '';
    load.stderr.on('data', (chunk) => {
      errors += chunk;
    });
    const exited = once(load, 'exit', { signal: AbortSignal.timeout(60_000) });
    const lines = createInterface({ input: load.stdout })[Symbol.asyncIterator]();
    let last = '';
    const until = async (event: string) => {
      do {
        const { value, done } = await lines.next();
        if (done) throw new Error(`The process ended before "${event}":\n${errors}`);
        last = value;
      } while (last !== event);
    };

    await until('hit');
    server.freeze();
    await until('reads fail');
    server.thaw();
    await until('reads work');
    await server.kill();
    await until('reads fail');
    await server.restart();
    await until('reads work');
    await admin.client('PAUSE', 300);
    await admin.config('SET', 'maxmemory', '1');
    await pause(500);
    await admin.config('SET', 'maxmemory', '0');
    await server.kill();
    await until('reads fail');
    await server.restart();
    await until('reads work');
    load.stdin.end();
    for await (const line of { [Symbol.asyncIterator]: () => lines }) last = line;
    const [code] = await exited;

    expect(errors).toBe('');
    expect(code).toBe(0);
    const report = JSON.parse(last);
    expect(report).toMatchObject({ wrongRows: 0, otherFailures: [] });
    expect(report.hits).toBeGreaterThan(0);
    expect(report.failures).toBeGreaterThan(0);
    expect(report.lateReads).toBe(0);
    expect(report.logLines).toBeLessThanOrEqual(12);
  }, 90_000);
});
