import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { eventually } from '../helpers/eventually.ts';
import { RedisServer } from '../helpers/redis-server.ts';
import { ServiceProcess } from '../helpers/service-process.ts';
import { XApiStub } from '../helpers/x-api-stub.ts';
import type { Result } from './report.ts';
import { ask, askAll, type Outcome, tally, tweetsOf } from './tweets.ts';

export interface ProcessFault {
  readonly name: string;
  readonly suffer: () => Promise<Omit<Result, 'fault'>>;
  /** Loses something by design; docs/reliability.md says what. */
  readonly loses?: boolean;
}

const TWEETS = tweetsOf(7_000, 2_000);
const CLIENTS = 24;

interface Scene {
  readonly redis: RedisServer;
  readonly logFolder: string;
  readonly start: (environment?: Readonly<Record<string, string>>) => Promise<ServiceProcess>;
}

/** Runs a fault with a Redis, an X and a folder for the prediction log. */
async function inScene<T>(work: (scene: Scene) => Promise<T>): Promise<T> {
  const redis = await RedisServer.start();
  const stub = await XApiStub.start({ tweets: TWEETS });
  const logFolder = join(mkdtempSync(join(tmpdir(), 'faults-')), 'log');
  const services: ServiceProcess[] = [];
  const start = async (environment: Readonly<Record<string, string>> = {}) => {
    const service = await ServiceProcess.start({
      REDIS_URL: redis.url,
      X_BEARER_TOKEN: 'token-of-the-fault-suite',
      X_API_URL: stub.url,
      PREDICTION_LOG_DIR: logFolder,
      HOT_CACHE_TTL_MS: '0',
      SINGLE_DEADLINE_MS: '30000',
      BATCH_DEADLINE_MS: '60000',
      TWEET_SOURCE_TIMEOUT_MS: '20000',
      ...environment,
    });
    services.push(service);
    return service;
  };
  try {
    return await work({ redis, logFolder, start });
  } finally {
    for (const service of services) await service.stop('SIGKILL');
    await stub.close();
    await redis.stop();
  }
}

/** Tweets of the whole lines of the prediction log. */
function loggedIn(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.jsonl'))
    .flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n').slice(0, -1))
    .map((line) => (JSON.parse(line) as { tweet_id: string }).tweet_id);
}

async function rowsIn(redis: RedisServer): Promise<Set<string>> {
  const client = new Redis(redis.url);
  try {
    const keys = await client.keys('tss:t:*');
    return new Set(keys.map((key) => key.split(':')[2] ?? ''));
  } finally {
    client.disconnect();
  }
}

/** Clients that ask for one tweet after the other until the service is gone. */
function askUntilGone(service: ServiceProcess): {
  readonly outcomes: Outcome[];
  readonly ended: Promise<unknown>;
} {
  const outcomes: Outcome[] = [];
  const ids = TWEETS.map(({ id }) => id);
  const client = async () => {
    for (let id = ids.shift(); id !== undefined; id = ids.shift()) {
      const outcome = await ask(service, id);
      outcomes.push(outcome);
      if (outcome.status === 0 || outcome.status === 503) return;
    }
  };
  return { outcomes, ended: Promise.all(Array.from({ length: CLIENTS }, client)) };
}

/** Ends a busy process by a signal; compares what it answered with what it left. */
async function endBusy(signal: NodeJS.Signals): Promise<Omit<Result, 'fault'>> {
  return inScene(async ({ redis, logFolder, start }) => {
    // On a busy machine the store may time out at the end, too.
    const service = await start({ SHUTDOWN_TIMEOUT_MS: '100000' });
    const { outcomes, ended } = askUntilGone(service);
    await eventually(async () => {
      if (outcomes.length < 150) throw new Error('not busy yet');
    }, 60_000);
    const startMs = performance.now();
    const { code } = await service.stop(signal);
    const endMs = performance.now() - startMs;
    await ended;
    const answered = outcomes.filter(({ status }) => status === 200).map(({ id }) => id);
    const [rows, lines] = [await rowsIn(redis), loggedIn(logFolder)];
    const lostRows = answered.filter((id) => !rows.has(id)).length;
    const lostLines = answered.filter((id) => !lines.includes(id)).length;
    const last = outcomes.filter(({ status }) => status !== 200).map(({ code }) => code);
    return {
      asked: answered.length,
      answered: answered.length,
      lost: lostRows + lostLines,
      doubled: lines.length - new Set(lines).size,
      recoveryMs: null,
      note: `exit ${code ?? signal} after ${(endMs / 1_000).toFixed(2)} s; the clients' last requests: ${tally(last)}; ${lostRows} rows and ${lostLines} log lines lost`,
    };
  });
}

/** Pauses the process, as a suspended machine does, beneath requests. */
async function pauseProcess(): Promise<Omit<Result, 'fault'>> {
  return inScene(async ({ start }) => {
    const service = await start();
    const ids = TWEETS.slice(0, CLIENTS).map(({ id }) => id);
    await ask(service, TWEETS[100]!.id);
    const asking = askAll(service, ids, CLIENTS);
    service.child.kill('SIGSTOP');
    await pause(2_000);
    service.child.kill('SIGCONT');
    const startMs = performance.now();
    const outcomes = await asking;
    const texts = Array.from({ length: 128 }, () => 'not good at all '.repeat(70));
    const batch = await service.post('/v1/inference', { texts });
    return {
      asked: outcomes.length + 1,
      answered:
        outcomes.filter(({ status }) => status === 200).length + Number(batch.status === 200),
      lost: null,
      doubled: null,
      recoveryMs: performance.now() - startMs,
      note: `${tally(outcomes.map(({ status }) => status))}; a batch of 128 long texts: ${batch.status}`,
    };
  });
}

/** Takes the folder of the prediction log away, and gives it back. */
async function loseLogFolder(): Promise<Omit<Result, 'fault'>> {
  return inScene(async ({ logFolder, start }) => {
    const service = await start();
    const during = TWEETS.slice(0, CLIENTS).map(({ id }) => id);
    const after = TWEETS[CLIENTS]!.id;
    renameSync(logFolder, `${logFolder}-away`);
    const outcomes = await askAll(service, during);
    renameSync(`${logFolder}-away`, logFolder);
    const startMs = performance.now();
    await ask(service, after);
    const wanted = [...during, after];
    const missing = () => wanted.filter((id) => !loggedIn(logFolder).includes(id)).length;
    await eventually(async () => {
      if (missing() > 0) throw new Error('lines are missing');
    }).catch(() => undefined);
    const lines = loggedIn(logFolder);
    return {
      asked: outcomes.length,
      answered: outcomes.filter(({ status }) => status === 200).length,
      lost: missing(),
      doubled: lines.length - new Set(lines).size,
      recoveryMs: performance.now() - startMs,
      note: tally(outcomes.map(({ status }) => status)),
    };
  });
}

async function endWithoutRedis(): Promise<Omit<Result, 'fault'>> {
  return inScene(async ({ redis, logFolder, start }) => {
    const service = await start();
    redis.freeze();
    const ids = TWEETS.slice(0, CLIENTS).map(({ id }) => id);
    const outcomes = await askAll(service, ids);
    const startMs = performance.now();
    const { code } = await service.stop();
    const endMs = performance.now() - startMs;
    redis.thaw();
    const rows = await rowsIn(redis);
    const lines = loggedIn(logFolder);
    return {
      asked: outcomes.length,
      answered: outcomes.filter(({ status }) => status === 200).length,
      lost: ids.filter((id) => !rows.has(id)).length,
      doubled: lines.length - new Set(lines).size,
      recoveryMs: null,
      note: `exit ${code} after ${(endMs / 1_000).toFixed(2)} s; ${ids.filter((id) => !lines.includes(id)).length} log lines lost`,
    };
  });
}

/** Sends a second request in the very moment in which an idle connection ends. */
async function reuseIdleConnections(): Promise<Omit<Result, 'fault'>> {
  return inScene(async ({ start }) => {
    const service = await start({ KEEP_ALIVE_TIMEOUT_MS: '1000' });
    const { port } = new URL(service.url);
    const twice = async (idleMs: number) => {
      const socket = connect(Number(port), '127.0.0.1');
      socket.on('error', () => undefined);
      const first = await livez(socket);
      await pause(idleMs);
      const second = await livez(socket);
      socket.destroy();
      return [first, second];
    };
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, index) => twice(900 + 5 * index)),
    );
    const second = answers.map(([, status]) => status);
    return {
      asked: 40,
      // A connection that ended before the request was read: a client sends it again.
      answered: second.filter((status) => status === '200' || status === 'closed').length,
      lost: null,
      doubled: null,
      recoveryMs: null,
      note: `second requests after 0.9 to 1.1 s of an announced second: ${tally(second)}`,
    };
  });
}

/** The status of a request on a connection; `closed` if it ends without an answer. */
async function livez(socket: Socket): Promise<string> {
  const closed = once(socket, 'close').then(() => 'closed');
  socket.write('GET /livez HTTP/1.1\r\nhost: a\r\n\r\n');
  const answer = once(socket, 'data').then(([chunk]) => `${chunk}`.slice(9, 12));
  return socket.destroyed ? 'closed' : Promise.race([answer, closed]);
}

export const PROCESS_FAULTS: readonly ProcessFault[] = [
  { name: 'ended by SIGTERM beneath 24 clients', suffer: () => endBusy('SIGTERM') },
  { name: 'ended by SIGKILL beneath 24 clients', suffer: () => endBusy('SIGKILL'), loses: true },
  { name: 'ended by SIGTERM while Redis is frozen', suffer: endWithoutRedis, loses: true },
  { name: 'paused for 2 s', suffer: pauseProcess },
  { name: 'without the folder of its prediction log', suffer: loseLogFolder },
  { name: 'closing idle connections beneath requests', suffer: reuseIdleConnections },
];
