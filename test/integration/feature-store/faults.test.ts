import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Redis } from 'ioredis';
import { FeatureStoreUnavailableError } from '../../../service/domain/errors.ts';
import { DEFAULT_TIMEOUTS } from '../../../service/feature-store/redis/redis-client.ts';
import {
  RedisFeatureStore,
  type RedisFeatureStoreOptions,
} from '../../../service/feature-store/redis/redis-feature-store.ts';
import { PATIENT_TIMEOUTS } from '../../helpers/connected-store.ts';
import { eventually } from '../../helpers/eventually.ts';
import { RecordedLog, RecordedMetrics } from '../../helpers/fakes.ts';
import { RedisServer } from '../../helpers/redis-server.ts';
import { settlesWithin } from '../../helpers/settles-within.ts';
import { TcpStub } from '../../helpers/tcp-stub.ts';
import { anId, aRow, IDENTITY } from '../../port-suites/feature-store-contract.ts';

/** Longest time of an operation: its time-out is 100 ms. */
const BOUND_MS = 400;
/** Longest time of an operation that the open circuit rejects. */
const REJECTION_MS = 50;

let closing: (() => unknown)[];

beforeEach(() => {
  closing = [];
});
afterEach(async () => {
  jest.restoreAllMocks();
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
const expectRejection = async (work: Promise<unknown>) =>
  expect(await failsWithin(REJECTION_MS, work)).toBe(true);

const DAYS = { from: 18_900, to: 19_000 };

const read = (store: RedisFeatureStore) => store.getTweets([anId()]);
const write = (store: RedisFeatureStore) =>
  store.putTweets([{ row: aRow({ tweetId: anId() }), ttlSeconds: 60 }]);

/** Waits until reads and writes work again. */
async function recovers(store: RedisFeatureStore): Promise<void> {
  await eventually(() => read(store));
  await eventually(() => write(store));
}

/** Lets reads time out until the circuit opens. */
async function openCircuit(store: RedisFeatureStore): Promise<void> {
  for (let i = 0; i < 3; i++) await expectTimeout(read(store));
  await expectRejection(read(store));
}

describe('a Redis that was killed', () => {
  it('fails operations at once and is used again after its restart', async () => {
    const server = await aServer();
    const { store, metrics } = await aStore(server.url);
    await eventually(() => write(store));
    const underway = Promise.allSettled([read(store), write(store)]);
    await server.kill();
    await underway;
    await openCircuit(store);
    await expectRejection(write(store));
    expect(metrics.records).toContainEqual(['FeatureStoreErrors', 1, 'read']);
    expect(metrics.records).toContainEqual(['FeatureStoreErrors', 1, 'write']);

    await server.restart();
    await recovers(store);
  });

  it('does not prevent the store from opening, and is used once it is up', async () => {
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
  it('makes no request wait longer than the time-out', async () => {
    const server = await aServer();
    const { store } = await aStore(server.url);
    server.freeze();
    const many = Array.from({ length: 50 }, () => failsWithin(BOUND_MS, read(store)));
    expect(await Promise.all(many)).not.toContain(false);
  });

  it('makes one request a second wait for the time-out and fails the others at once', async () => {
    const clock = performance.now.bind(performance);
    // Whole: a sum with fractions may be a trace less than a second later.
    let nowMs = Math.ceil(clock());
    const now = jest.spyOn(performance, 'now').mockImplementation(() => nowMs);
    const server = await aServer();
    const { store, metrics, logger } = await aStore(server.url);
    server.freeze();
    await openCircuit(store);

    const reasons: string[] = [];
    for (let second = 0; second < 3; second++) {
      nowMs += 1_000;
      for (let i = 0; i < 10; i++) {
        const both = await Promise.allSettled([read(store), write(store)]);
        reasons.push(
          ...both.map((each) => each.status === 'rejected' && each.reason.cause.message),
        );
      }
    }
    // A probe that is sent while the silent connection is being replaced fails at once.
    expect(reasons.filter((reason) => /circuit/i.test(reason))).toHaveLength(57);
    expect(reasons).toContain('Command timed out');
    expect(metrics.sum('FeatureStoreErrors')).toBe(4 + 60);

    const aheadMs = nowMs - clock();
    now.mockImplementation(() => clock() + aheadMs);
    server.thaw();
    await recovers(store);
    const ofCircuit = logger.lines.filter(({ message }) => message.includes('the feature store'));
    expect(ofCircuit.map(({ level }) => level)).toEqual(['warn', 'info']);
  });
});

describe('a Redis that is slow', () => {
  it('fails operations in time and is used again once it is fast', async () => {
    const server = await aServer();
    const { stub, hold, release } = await TcpStub.startGate(server.port);
    closing.push(() => stub.close());
    const { store } = await aStore(stub.url);
    hold();
    await openCircuit(store);
    release();
    await recovers(store);
  });

  it('never answers a request with the late reply to another', async () => {
    const server = await aServer();
    const commandMs = 2_000;
    const { store } = await aStore(server.url, { timeouts: { ...PATIENT_TIMEOUTS, commandMs } });
    const rows = Array.from({ length: 4 }, () => aRow({ tweetId: anId() }));
    await store.putTweets(rows.map((row) => ({ row, ttlSeconds: 60 })));
    const [first, second, third, fourth] = rows.map((row) => row.tweetId) as [
      ...[string, string, string, string],
    ];

    server.freeze();
    const early = [store.getTweets([first]), store.getTweets([second])];
    await Promise.all(
      early.map((each) => expect(each).rejects.toThrow('Features could not be read')),
    );
    // Sent behind the two that have timed out, answered in one go with them.
    const late = store.getTweets([third]);
    server.thaw();
    expect(await late).toEqual([rows[2]]);
    expect(await store.getTweets([fourth])).toEqual([rows[3]]);
  });
});

/** Holds the event loop until a server has replied to what it was sent before. */
function waitForReplies({ port }: RedisServer): void {
  const pingTwice = `
    let replies = 0;
    const socket = require('node:net').connect(${port}, '127.0.0.1', () => socket.write('PING\\r\\n'));
    socket.on('data', () => (++replies < 2 ? socket.write('PING\\r\\n') : process.exit()));`;
  execFileSync(process.execPath, ['-e', pingTwice]);
}

describe('an event loop that is busy for longer than the time-out', () => {
  it('fails no operation whose reply has arrived, and does not open the circuit', async () => {
    const server = await aServer();
    const { store, metrics } = await aStore(server.url);
    const start = () => [
      read(store),
      write(store),
      store.mostActiveUsers(10),
      store.topicBuckets('#a', DAYS),
    ];
    await eventually(() => Promise.all(start()));
    metrics.reset();
    for (let round = 0; round < 3; round++) {
      const operations = start();
      // Reads are sent in the next turn.
      await new Promise((resolve) => setImmediate(resolve));
      waitForReplies(server);
      const endMs = performance.now() + 3 * DEFAULT_TIMEOUTS.commandMs;
      while (performance.now() < endMs);
      await Promise.all(operations);
    }
    expect(metrics.sum('FeatureStoreErrors')).toBe(0);
  });
});

describe('a peer that accepts and never answers', () => {
  it('prevents neither the store from opening nor requests from failing in time', async () => {
    const blackHole = await aStub((socket) => socket.resume());
    const opening = aStore(blackHole.url);
    expect(await settlesWithin(1_000, opening)).toBe(true);
    const { store, logger } = await opening;
    await openCircuit(store);
    expect(logger.lines).toHaveLength(1);
  });

  it('is replaced by a new connection when the old one goes silent', async () => {
    const server = await aServer();
    const proxy = await TcpStub.startProxy(Number(new URL(server.url).port));
    closing.push(() => proxy.close());
    const { store } = await aStore(proxy.url);
    await eventually(() => write(store));
    proxy.silence();
    await expectTimeout(read(store));
    await recovers(store);
    await store.purgeTweet(anId());
  });
});

/** Accepts the handshake of a client and answers its other commands with a fixed reply. */
const answering = (reply: string) => (socket: Socket) => {
  socket.on('data', (chunk) => {
    for (const command of chunk.toString().split(/(?=^\*\d+\r\n\$)/m)) {
      socket.write(/\r\nhello\r\n/i.test(command) ? '%0\r\n' : reply);
    }
  });
};

describe('a peer that replies', () => {
  it.each<[string, string]>([
    ['a number', ':1\r\n'],
    ['a string', '$5\r\nhello\r\n'],
    ['nothing', '_\r\n'],
    ['too few values', '*0\r\n'],
    ['too many values', '*2\r\n_\r\n_\r\n'],
    ['values of another kind', '*1\r\n:1\r\n'],
    ['an array that does not end', '*100000\r\n_\r\n'],
    ['another protocol', 'HTTP/1.1 400 Bad Request\r\n\r\n'],
    ['binary noise', '\u0000\u0001\u0002\r\n\r\n\u0003'],
    ['more than was asked for', '*1\r\n_\r\n+OK\r\n$4\r\nmore\r\n'],
    ['that it is loading', '-LOADING Redis is loading the dataset in memory\r\n'],
    ['that it needs a password', '-NOAUTH Authentication required.\r\n'],
    ['that it has lost its primary', '-MASTERDOWN Link with MASTER is down\r\n'],
  ])('%s fails operations in time and does nothing worse', async (_, reply) => {
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

  it('noise to a handshake fails operations in time and does nothing worse', async () => {
    const stub = await aStub((socket) => {
      socket.write('\u0007garbage\r\n');
      socket.on('data', () => socket.write('more garbage\r\n'));
    });
    const { store, logger } = await aStore(stub.url);
    await openCircuit(store);
    expect(logger.lines).toHaveLength(1);
  });
});

describe('a Redis that rejects', () => {
  it.each<[string, string, (admin: Redis) => Promise<unknown>, (admin: Redis) => Promise<unknown>]>(
    [
      [
        'writes as a replica',
        'READONLY',
        (admin) => admin.call('REPLICAOF', '127.0.0.1', '1'),
        (admin) => admin.call('REPLICAOF', 'NO', 'ONE'),
      ],
      [
        'writes because it is full',
        'OOM',
        (admin) => admin.config('SET', 'maxmemory', '1'),
        (admin) => admin.config('SET', 'maxmemory', '0'),
      ],
    ],
  )('%s still answers reads', async (_, reason, refuse, relent) => {
    const server = await aServer();
    const admin = anAdmin(server);
    const timeouts = PATIENT_TIMEOUTS;
    const { store, metrics, logger } = await aStore(server.url, { timeouts });
    const row = aRow({ tweetId: anId() });
    await eventually(() => store.putTweets([{ row, ttlSeconds: 60 }]));
    await refuse(admin);
    for (let i = 0; i < 10; i++) {
      await expect(write(store)).rejects.toBeInstanceOf(FeatureStoreUnavailableError);
    }
    expect(await eventually(() => store.getTweets([row.tweetId]))).toEqual([row]);
    expect(metrics.sum('FeatureStoreErrors')).toBeGreaterThanOrEqual(10);
    const warnings = logger.lines.filter(({ level }) => level === 'warn');
    expect(warnings.length).toBeLessThanOrEqual(2);
    expect(JSON.stringify(warnings)).toContain(reason);
    expect(JSON.stringify(warnings)).not.toContain('does not respond');

    await relent(admin);
    await recovers(store);
  });

  it('writes as a replica makes the client reconnect, but not after each rejection', async () => {
    const server = await aServer();
    const admin = anAdmin(server);
    const { store } = await aStore(server.url, { timeouts: PATIENT_TIMEOUTS });
    const connections = async () =>
      Number(/total_connections_received:(\d+)/.exec(await admin.info('stats'))?.[1]);
    await admin.call('REPLICAOF', '127.0.0.1', '1');
    const before = await connections();
    // Less than a second passes between all rejections.
    jest.spyOn(performance, 'now').mockReturnValue(1_000);
    for (let i = 0; i < 10; i++) {
      await expect(write(store)).rejects.toBeInstanceOf(FeatureStoreUnavailableError);
      await eventually(() => read(store));
    }
    expect(await connections()).toBe(before + 1);
  });

  it('a client without a password is reported in the log', async () => {
    const server = await aServer(['--requirepass', 'secret']);
    const { store, logger } = await aStore(server.url);
    await openCircuit(store);
    expect(JSON.stringify(logger.lines)).toContain('NOAUTH');
  });
});

describe('a purge', () => {
  it('waits for a Redis that is down for a moment', async () => {
    const server = await aServer();
    const { store, metrics } = await aStore(server.url);
    await server.kill();
    const purged = store.purgeTweet(anId());
    await server.restart();
    expect(await purged).toEqual({ rows: 0, contributions: 0 });
    expect(metrics.sum('FeatureStoreErrors')).toBe(0);
  });

  it('waits for a Redis that is frozen for a moment, while reads do not', async () => {
    const server = await aServer();
    const { store, logger } = await aStore(server.url);
    const row = aRow({ tweetId: anId() });
    await eventually(() => store.putTweets([{ row, ttlSeconds: 60 }]));
    server.freeze();
    const purged = store.purgeTweet(row.tweetId);
    await openCircuit(store);
    // Both clients give up a silent connection after the same time.
    await eventually(async () => {
      expect(logger.lines.map(({ message }) => message)).toContainEqual(
        expect.stringContaining('no connection to Redis'),
      );
    });
    server.thaw();
    // The first attempt may run late and find the row, or a later attempt may.
    expect((await purged).rows).toBeLessThanOrEqual(1);
    const gone = await eventually(() => store.getTweets([row.tweetId]));
    expect(gone).toEqual([null]);
    expect(await store.putTweets([{ row, ttlSeconds: 60 }])).toEqual([false]);
  });

  it('works on a full server', async () => {
    const server = await aServer();
    const { store } = await aStore(server.url);
    const row = aRow({ tweetId: anId() });
    await eventually(() => store.putTweets([{ row, ttlSeconds: 60 }]));
    await anAdmin(server).config('SET', 'maxmemory', '1');
    expect(await store.purgeTweet(row.tweetId)).toMatchObject({ rows: 1 });
    expect(await store.purgeTweet(row.tweetId)).toEqual({ rows: 0, contributions: 0 });
  });

  it('fails with the reason after 5 s, and at once if 1,000 others wait', async () => {
    const server = await aServer();
    const { store, metrics } = await aStore(server.url);
    await server.kill();
    const patient = Array.from({ length: 1_000 }, () => store.purgeTweet(anId()));
    const settled = Promise.allSettled(patient);
    // A margin for a busy machine, on which the timers of 1,000 purges end one after the other.
    const isEarly = settlesWithin(4_000, settled);
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
  it('survives, sees only the documented failure and reads no wrong row', async () => {
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
    const lines = createInterface({ input: load.stdout })[Symbol.asyncIterator]();
    // A busy machine delays some reads for longer than their bound; then the state changes more often.
    const reads = async (state: 'hit' | 'failing') => {
      for (let line = ''; line !== state; ) {
        const { value, done } = await lines.next();
        if (done) throw new Error(`load.ts ended before it printed ${state}: ${errors}`);
        line = value;
      }
    };

    // Again if the load stalls for as long as a pause, and so takes no notice of it.
    const pausesUntil = async (seen: Promise<void>) => {
      let isSeen = false;
      const noticing = seen.finally(() => {
        isSeen = true;
      });
      while (!isSeen) {
        await admin.client('PAUSE', 600);
        // Answered after the pause.
        await Promise.race([admin.ping(), noticing]);
      }
      await noticing;
    };

    await reads('hit');
    server.freeze();
    await reads('failing');
    server.thaw();
    await reads('hit');
    await server.kill();
    await reads('failing');
    await server.restart();
    await reads('hit');
    await pausesUntil(reads('failing'));
    await reads('hit');
    await admin.config('SET', 'maxmemory', '1');
    await eventually(async () => {
      expect(await admin.info('errorstats')).toContain('errorstat_OOM');
    });
    await server.kill();
    await reads('failing');
    await server.restart();
    await reads('hit');
    load.stdin.end();
    const exited = once(load, 'exit', { signal: AbortSignal.timeout(540_000) });
    let last = '{}';
    for await (const line of { [Symbol.asyncIterator]: () => lines }) last = line;
    const report = JSON.parse(last);

    expect((await exited)[0]).toBe(0);
    expect(errors).toBe('');
    expect(report).toMatchObject({ wrongRows: 0, otherFailures: [], lastReadWorked: true });
    expect(report.hits).toBeGreaterThan(0);
    expect(report.failures).toBeGreaterThan(0);
    expect(report.lateReads).toBe(0);
    // A busy machine adds outages.
    expect(report.outages).toBeGreaterThanOrEqual(4);
    expect(report.logLines).toBeLessThanOrEqual(3 * report.outages);
  });
});
