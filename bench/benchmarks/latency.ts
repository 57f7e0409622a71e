import { type Bench, SATURATING_CONNECTIONS, withServer, withService } from '../bench.ts';
import type { Benchmark, Measurement } from '../benchmark.ts';
import { BareSessions } from '../peers/bare-sessions.ts';
import type { MainThreadServerSettings } from '../peers/main-thread-server.ts';
import type { ProbeReport } from '../probes/main-thread.ts';
import { textRequests } from '../requests.ts';
import { interleave, ROUNDS } from '../rounds.ts';
import { startPeer } from '../servers/peer.ts';
import type { ServerProcess } from '../servers/server-process.ts';
import { median } from '../statistics.ts';
import { ratios, saturate } from './throughput.ts';

const TIMED_TEXTS = 200;
const TIMED_MS_MAX = 60_000;

/** Latency of one request at a time against that of the model alone. */
async function unloaded(bench: Bench): Promise<Measurement> {
  const { graphPath: graph, bundle } = bench.model;
  const texts = bench.texts.slice(0, TIMED_TEXTS);
  const requests = textRequests(texts);
  const settings = { graph, optimization: bundle.graphOptimization, threads: 1 };
  return withService(bench, {}, async ({ port }) => {
    const sessions = await BareSessions.start(
      1,
      settings,
      texts.map(({ ids }) => ids),
    );
    const service = async () => {
      const plan = { port, connections: 1, warmUpMs: 0, durationMs: TIMED_MS_MAX, requests };
      const { latency } = await bench.load.closed({ ...plan, once: true });
      return latency.p50Ms;
    };
    try {
      const rounds = await interleave(ROUNDS, service, async () =>
        median(await sessions.timeEach(texts.length)),
      );
      return ratios(rounds, 'service p50 ms', 'session p50 ms');
    } finally {
      await sessions.stop();
    }
  });
}

async function eventLoopDelay(bench: Bench): Promise<Measurement> {
  const { graphPath: graph, bundle, tokenizerPath } = bench.model;
  const requests = textRequests(bench.texts);
  const plain: MainThreadServerSettings = {
    session: { graph, optimization: bundle.graphOptimization, threads: 1 },
    tokenizerPath,
    maxTokens: bundle.maxTokens,
  };
  const delayOf = async (server: ServerProcess) => {
    await server.ask({ kind: 'reset' });
    await saturate(bench, server.port, requests);
    const report = (await server.ask({ kind: 'report' })) as ProbeReport;
    return report.delayP99Ms;
  };
  return withServer(startPeer('main-thread-server', plain, { probe: true }), (peer) =>
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

export const latency: readonly Benchmark[] = [
  {
    id: 'B3',
    title: 'unloaded p50 of the service ÷ of a bare run',
    method: `the same ${TIMED_TEXTS} texts one after the other, over HTTP and by a session of one thread`,
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
];
