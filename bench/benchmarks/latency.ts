import {
  ARM_MS,
  type Bench,
  MODERATE_CONNECTIONS,
  SATURATING_CONNECTIONS,
  WARM_UP_MS,
  withServer,
  withService,
} from '../bench.ts';
import type { Benchmark, Measurement } from '../benchmark.ts';
import { HttpConnection } from '../load/http-connection.ts';
import type { ProbeReport } from '../main-thread-probe.ts';
import { sessionOf } from '../models.ts';
import { BareSessions } from '../peers/bare-sessions.ts';
import type { TextServerSettings } from '../peers/text-server.ts';
import { textRequests } from '../requests.ts';
import { interleave, ROUNDS } from '../rounds.ts';
import { startPeer } from '../servers/peer.ts';
import type { ServerProcess } from '../servers/server-process.ts';
import { median } from '../statistics.ts';
import { ratios, saturate } from './throughput.ts';

const TIMED_TEXTS = 200;

/**
 * One request at a time against the model alone. Every text goes to both before the next one
 * does, so that whatever else the machine is at meets both.
 */
async function unloaded(bench: Bench): Promise<Measurement> {
  const texts = bench.texts.slice(0, TIMED_TEXTS);
  const requests = textRequests(texts);
  const sequences = texts.map(({ ids }) => ids);
  return withService(bench, {}, async ({ port }) => {
    const sessions = await BareSessions.start(1, sessionOf(bench.model), sequences);
    const connection = new HttpConnection(port);
    try {
      const rounds: { a: number; b: number }[] = [];
      // The first round warms both up.
      for (let round = 0; round <= ROUNDS; round++) {
        const serviceMs: number[] = [];
        const sessionMs: number[] = [];
        for (const [index, request] of requests.entries()) {
          serviceMs.push(await timeRequest(connection, request));
          sessionMs.push(await sessions.timeOf(index));
        }
        rounds.push({ a: median(serviceMs), b: median(sessionMs) });
      }
      return ratios(rounds.slice(1), 'service p50 ms', 'session p50 ms');
    } finally {
      connection.close();
      await sessions.stop();
    }
  });
}

async function timeRequest(connection: HttpConnection, request: Buffer): Promise<number> {
  const startedMs = performance.now();
  const answer = await connection.send(request);
  if (answer instanceof Error) throw answer;
  if (answer.status !== 200) throw new Error(`a single request was answered with ${answer.status}`);
  return performance.now() - startedMs;
}

async function eventLoopDelay(bench: Bench): Promise<Measurement> {
  const requests = textRequests(bench.texts);
  const delayOf = async (server: ServerProcess) => {
    await server.ask({ kind: 'reset' });
    await saturate(bench, server.port, requests);
    const report = (await server.ask({ kind: 'report' })) as ProbeReport;
    return report.delayP99Ms;
  };
  return withServer(startPeer('main-thread-server', serverOf(bench), { probe: true }), (peer) =>
    withService(bench, { probe: true }, async (service) => {
      const rounds = await interleave(
        ROUNDS,
        () => delayOf(service),
        () => delayOf(peer),
      );
      return ratios(rounds, 'service p99 ms', 'main-thread server p99 ms');
    }),
  );
}

/** The tail at a moderate load: as many connections as one batch holds texts. */
async function tail(bench: Bench): Promise<Measurement> {
  const requests = textRequests(bench.texts);
  const p99Of = async ({ port }: ServerProcess) => {
    const result = await bench.load.closed({
      port,
      connections: MODERATE_CONNECTIONS,
      warmUpMs: WARM_UP_MS,
      durationMs: ARM_MS,
      requests,
    });
    if (result.succeeded < result.sent) {
      throw new Error(`requests failed: ${JSON.stringify(result.failures)}`);
    }
    return result.latency.p99Ms;
  };
  return withServer(startPeer('fifo-server', serverOf(bench)), (peer) =>
    withService(bench, { env: { INFERENCE_WORKERS: '2' } }, async (service) => {
      const rounds = await interleave(
        ROUNDS,
        () => p99Of(service),
        () => p99Of(peer),
      );
      return ratios(rounds, 'service p99 ms', 'sessions behind a queue p99 ms');
    }),
  );
}

function serverOf({ model }: Bench): TextServerSettings {
  const { tokenizerPath, bundle } = model;
  const { maxTokens, preprocessing } = bundle;
  return { session: sessionOf(model), tokenizerPath, maxTokens, preprocessing };
}

export const latency: readonly Benchmark[] = [
  {
    id: 'B3',
    title: 'unloaded p50 of the service ÷ of a bare run',
    method: `${TIMED_TEXTS} texts, each over HTTP and by a session of one thread in turn, one at a time`,
    better: 'lower',
    floor: 1.1,
    aim: 1.05,
    unit: 'ratio',
    gate: 'roberta',
    run: unloaded,
  },
  {
    id: 'B4',
    title: 'event-loop delay p99 at saturation ÷ with inference on the main thread',
    method: `${SATURATING_CONNECTIONS} connections; delay of a 1 ms timer inside both processes`,
    better: 'lower',
    floor: 0.05,
    aim: 0.01,
    unit: 'ratio',
    gate: 'roberta',
    run: eventLoopDelay,
  },
  {
    id: 'B18',
    title: `p99 at ${MODERATE_CONNECTIONS} connections ÷ of two bare sessions behind one queue`,
    method:
      'closed loop, two workers; a Fastify server with two sessions in threads, each of which takes what waits, at most 16 texts, as one batch',
    better: 'lower',
    floor: 1.3,
    aim: 1,
    unit: 'ratio',
    run: tail,
  },
];
