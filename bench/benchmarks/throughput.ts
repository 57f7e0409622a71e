import {
  ARM_MS,
  type Bench,
  SATURATING_CONNECTIONS,
  VCPUS,
  WARM_UP_MS,
  withServer,
  withService,
} from '../bench.ts';
import type { Benchmark, Measurement } from '../benchmark.ts';
import { renderRequest } from '../load/http-connection.ts';
import { sessionOf } from '../models.ts';
import { BareSessions } from '../peers/bare-sessions.ts';
import { textRequests } from '../requests.ts';
import { interleave, ROUNDS } from '../rounds.ts';
import { REPLACED_SYSTEM_PATH, startReplacedSystem } from '../servers/replaced-system.ts';
import { median } from '../statistics.ts';

/** It serves one request at a time: more would only wait. */
const REPLACED_SYSTEM_CONNECTIONS = 8;

/** Long enough for TorchScript to have specialized on the lengths there are. */
const REPLACED_SYSTEM_WARM_UP_MS = 5_000;

/** Predictions per second of a server under as much load as it takes. */
export async function saturate(
  { load }: Bench,
  port: number,
  requests: readonly Buffer[],
  { connections = SATURATING_CONNECTIONS, warmUpMs = WARM_UP_MS } = {},
): Promise<number> {
  const plan = { port, connections, warmUpMs, durationMs: ARM_MS, requests };
  const result = await load.closed(plan);
  if (Object.keys(result.failures).length > 0) {
    throw new Error(`a saturated server failed requests: ${JSON.stringify(result.failures)}`);
  }
  return result.perSecond;
}

/** The saturated service against bare sessions. */
async function againstSessions(
  bench: Bench,
  workers: number,
  threads: number,
): Promise<Measurement> {
  const settings = sessionOf(bench.model, threads);
  const sequences = bench.texts.map(({ ids }) => ids);
  const requests = textRequests(bench.texts);
  return withService(bench, {}, async ({ port }) => {
    const sessions = await BareSessions.start(workers, settings, sequences);
    try {
      const rounds = await interleave(
        ROUNDS,
        () => saturate(bench, port, requests),
        () => sessions.perSecond(ARM_MS),
      );
      return ratios(rounds, 'service predictions/s', 'sessions predictions/s');
    } finally {
      await sessions.stop();
    }
  });
}

async function againstReplacedSystem(bench: Bench): Promise<Measurement> {
  const requests = textRequests(bench.texts);
  const replacedRequests = bench.texts.map(({ text }) =>
    renderRequest('POST', REPLACED_SYSTEM_PATH, { text }),
  );
  return withServer(startReplacedSystem(bench.model, bench.say), async (replaced) =>
    withService(bench, {}, async (service) => {
      const rounds = await interleave(
        ROUNDS,
        () => saturate(bench, service.port, requests),
        () =>
          saturate(bench, replaced.port, replacedRequests, {
            connections: REPLACED_SYSTEM_CONNECTIONS,
            warmUpMs: REPLACED_SYSTEM_WARM_UP_MS,
          }),
      );
      return ratios(rounds, 'service predictions/s', 'replaced system predictions/s');
    }),
  );
}

/** The ratio of each round, with the medians of both arms. */
export function ratios(
  rounds: readonly { readonly a: number; readonly b: number }[],
  a: string,
  b: string,
): Measurement {
  return {
    rounds: rounds.map((round) => round.a / round.b),
    details: {
      [a]: median(rounds.map((round) => round.a)),
      [b]: median(rounds.map((round) => round.b)),
    },
  };
}

export const throughput: readonly Benchmark[] = [
  {
    id: 'B1',
    title: 'saturated service ÷ bare sessions, one per vCPU',
    method: `${SATURATING_CONNECTIONS} connections, one text a request; the sessions have one thread each and score one text at a time, already tokenized`,
    better: 'higher',
    floor: 0.95,
    aim: 1.15,
    unit: 'ratio',
    gate: 'roberta',
    run: (bench) => againstSessions(bench, VCPUS, 1),
  },
  {
    id: 'B2',
    title: 'saturated service ÷ one session behind a mutex',
    method: 'as B1; the one session has a thread per vCPU',
    better: 'higher',
    floor: 1.1,
    aim: 1.35,
    unit: 'ratio',
    run: (bench) => againstSessions(bench, 1, VCPUS),
  },
  {
    id: 'B16',
    title: 'saturated service ÷ the replaced system',
    method:
      'as B1; FastAPI and TorchScript FP32 in one process with a thread per vCPU, without its tweet reading and its feature store',
    better: 'higher',
    floor: 3,
    aim: 5,
    unit: 'ratio',
    gate: 'roberta',
    only: 'roberta',
    run: againstReplacedSystem,
  },
];
