import { DEFAULT_LIMITS } from '../../service/contract/http.ts';
import { type Bench, withService } from '../bench.ts';
import type { Benchmark, Measurement } from '../benchmark.ts';
import type { OpenLoopResult } from '../load/open-loop.ts';
import type { Latency } from '../load/tally.ts';
import { textRequests } from '../requests.ts';
import { interleave, ROUNDS } from '../rounds.ts';
import { median } from '../statistics.ts';
import { ratios, saturate } from './throughput.ts';

const OVERLOAD = 2;
const OVERLOAD_MS = 15_000;
const DRAIN_MS = 15_000;
const MAX_CONNECTIONS = 4_096;
const SEED = 7;

/** Above it, refusals were not immediate: work was admitted and expired at its deadline. */
export const REFUSAL_P99_MS_MAX = 50;

/** Sends requests at a fixed rate, whether or not they are answered in time. */
export function offer(
  { load }: Bench,
  port: number,
  ratePerSecond: number,
  durationMs: number,
  requests: readonly Buffer[],
): Promise<OpenLoopResult> {
  const bounds = { drainMs: DRAIN_MS, maxConnections: MAX_CONNECTIONS, seed: SEED };
  return load.open({ ...bounds, port, ratePerSecond, durationMs, requests });
}

async function goodput(bench: Bench): Promise<Measurement> {
  const requests = textRequests(bench.texts);
  return withService(bench, {}, async ({ port }) => {
    let peak = await saturate(bench, port, requests);
    const overloads: OpenLoopResult[] = [];
    const rounds = await interleave(
      ROUNDS,
      async () => {
        const result = await offer(bench, port, OVERLOAD * peak, OVERLOAD_MS, requests);
        overloads.push(result);
        return result.goodputPerSecond;
      },
      async () => {
        peak = await saturate(bench, port, requests);
        return peak;
      },
    );
    const p99Ms = highestP99(overloads.map(({ latency }) => latency));
    const refusalP99Ms = highestP99(overloads.map((o) => o.refusalProcessTime));
    const lost = overloads.reduce((sum, result) => sum + result.lost, 0);
    const failed = overloads.flatMap(({ failures }) => Object.keys(failures));
    const measured = ratios(rounds, 'goodput/s', 'peak/s');
    return {
      ...measured,
      details: {
        ...measured.details,
        'refused /s': median(overloads.map((o) => (o.overloaded / OVERLOAD_MS) * 1000)),
        'admitted p99 ms': p99Ms,
        'refusal p99 ms': highestP99(overloads.map((o) => o.refusalLatency)),
        'refusal p99 ms, own clock': refusalP99Ms,
      },
      conditions: [
        {
          what: `admitted p99 within the deadline of ${DEFAULT_LIMITS.singleDeadlineMs} ms`,
          holds: p99Ms <= DEFAULT_LIMITS.singleDeadlineMs,
        },
        {
          what: `refusals take at most ${REFUSAL_P99_MS_MAX} ms (p99, service's clock)`,
          holds: refusalP99Ms <= REFUSAL_P99_MS_MAX,
        },
        { what: 'no request lost', holds: lost === 0 },
        { what: `refusals are all 503 overloaded ${failed.join()}`, holds: failed.length === 0 },
      ],
    };
  });
}

/** Highest p99 of the rounds that have such answers. */
function highestP99(latencies: readonly Latency[]): number {
  return Math.max(...latencies.filter(({ count }) => count > 0).map(({ p99Ms }) => p99Ms));
}

export const overload: readonly Benchmark[] = [
  {
    id: 'B13',
    title: 'goodput at twice the capacity ÷ peak',
    method: `open loop, Poisson arrivals for ${OVERLOAD_MS / 1000} s; latency from the intended send time; the peak is B1's`,
    better: 'higher',
    floor: 0.9,
    aim: 0.97,
    unit: 'ratio',
    gate: 'roberta',
    run: goodput,
  },
];
