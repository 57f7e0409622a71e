import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { MALLOC_ENVIRONMENT } from '../../service/contract/node-arguments.ts';
import { type Bench, withService } from '../bench.ts';
import type { Benchmark, Measurement } from '../benchmark.ts';
import { renderRequest } from '../load/http-connection.ts';
import { sessionOf } from '../models.ts';
import { textRequests } from '../requests.ts';
import { interleave, ROUNDS } from '../rounds.ts';
import { proportionalBytesOf, type ServerProcess } from '../servers/server-process.ts';
import type { BenchText } from '../texts.ts';
import { ratios } from './throughput.ts';

const TWO_SESSIONS = fileURLToPath(new URL('../peers/two-sessions.ts', import.meta.url));

const FEW_REQUESTS = 500;
const SOME_REQUESTS = 3_000;
const MANY_REQUESTS = 20_000;
/** Enough for batches to form, few enough that one worker refuses none. */
const CONNECTIONS = 16;
/** In one request of ten, the others hold one text. */
const TEXTS_IN_BATCH = 4;
const REQUESTS_MS_MAX = 30 * 60_000;
const MIB = 2 ** 20;

/** Single texts, and batches among them. */
function mixedRequests(texts: readonly BenchText[], count: number): Buffer[] {
  const singles = textRequests(texts);
  return Array.from({ length: count }, (_, index) => {
    if (index % 10 === 9) {
      const from = (index * TEXTS_IN_BATCH) % (texts.length - TEXTS_IN_BATCH);
      const batch = texts.slice(from, from + TEXTS_IN_BATCH).map(({ text }) => text);
      return renderRequest('POST', '/v1/inference', { texts: batch });
    }
    return singles[index % singles.length] ?? Buffer.alloc(0);
  });
}

async function answer(bench: Bench, service: ServerProcess, count: number): Promise<void> {
  const { succeeded, sent, overloaded, failures } = await bench.load.closed({
    port: service.port,
    connections: CONNECTIONS,
    warmUpMs: 0,
    durationMs: REQUESTS_MS_MAX,
    requests: mixedRequests(bench.texts, count),
    once: true,
  });
  if (succeeded < sent || sent < count) {
    const causes = JSON.stringify({ overloaded, ...failures });
    throw new Error(`${succeeded} of ${count} requests succeeded: ${causes}`);
  }
}

async function bytesAfter(bench: Bench, service: ServerProcess, count: number): Promise<number> {
  await answer(bench, service, count);
  return service.anonymousBytes;
}

/** One round: it takes minutes, and a leak would show in any round. */
async function growth(bench: Bench): Promise<Measurement> {
  return withService(bench, {}, async (service) => {
    const few = await bytesAfter(bench, service, FEW_REQUESTS);
    bench.say(`${MANY_REQUESTS} requests, a few minutes ...`);
    const many = await bytesAfter(bench, service, MANY_REQUESTS - FEW_REQUESTS);
    return {
      rounds: [many / few],
      details: {
        [`MiB after ${FEW_REQUESTS}`]: few / MIB,
        [`MiB after ${MANY_REQUESTS}`]: many / MIB,
      },
    };
  });
}

async function workers(bench: Bench): Promise<Measurement> {
  const mibWith = (count: number) => async () =>
    withService(bench, { env: { INFERENCE_WORKERS: String(count) } }, async (service) => {
      return (await bytesAfter(bench, service, FEW_REQUESTS)) / MIB;
    });
  const rounds = await interleave(ROUNDS, mibWith(2), mibWith(1));
  return ratios(rounds, 'MiB with two workers', 'MiB with one');
}

/** The service against one process with as many sessions, which answered as many texts. */
async function againstSessions(bench: Bench): Promise<Measurement> {
  const service = () =>
    withService(bench, { env: { INFERENCE_WORKERS: '2' } }, async (server) => {
      await answer(bench, server, SOME_REQUESTS);
      return server.proportionalBytes / MIB;
    });
  const rounds = await interleave(ROUNDS, service, () => twoSessions(bench));
  return ratios(rounds, 'service MiB', 'two sessions MiB');
}

async function twoSessions({ model, texts }: Bench): Promise<number> {
  const child = spawn(process.execPath, [TWO_SESSIONS], {
    env: {
      ...MALLOC_ENVIRONMENT,
      PATH: process.env.PATH ?? '',
      PEER: JSON.stringify(sessionOf(model)),
    },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  try {
    child.send(Array.from({ length: SOME_REQUESTS }, (_, i) => texts[i % texts.length]?.ids ?? []));
    await once(child, 'message', { signal: AbortSignal.timeout(REQUESTS_MS_MAX) });
    return proportionalBytesOf(child.pid ?? 0) / MIB;
  } finally {
    child.kill();
    await once(child, 'close');
  }
}

export const memory: readonly Benchmark[] = [
  {
    id: 'B11',
    title: `anonymous memory after ${MANY_REQUESTS} mixed requests ÷ after ${FEW_REQUESTS}`,
    method: `one request of ten holds ${TEXTS_IN_BATCH} texts; RssAnon of the process; one round`,
    better: 'lower',
    floor: 1.08,
    aim: 1.03,
    unit: 'ratio',
    run: growth,
  },
  {
    id: 'B12',
    title: 'anonymous memory with two workers ÷ with one',
    method: `after ${FEW_REQUESTS} mixed requests`,
    better: 'lower',
    floor: 2,
    aim: 1.2,
    unit: 'ratio',
    run: workers,
  },
  {
    id: 'B19',
    title: 'memory with two workers ÷ of one process with two bare sessions',
    method: `PSS after ${SOME_REQUESTS} mixed requests, and as many texts; both with two arenas of glibc`,
    better: 'lower',
    floor: 1.35,
    aim: 1.15,
    unit: 'ratio',
    run: againstSessions,
  },
];
