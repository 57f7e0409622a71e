import { DEFAULT_LIMITS } from '../service/contract/http.ts';
import { type Bench, withService } from './bench.ts';
import type { Condition } from './benchmark.ts';
import { offer, REFUSAL_P99_MS_MAX } from './benchmarks/overload.ts';
import { saturate } from './benchmarks/throughput.ts';
import { textRequests } from './requests.ts';
import { median } from './statistics.ts';

const OVERLOAD = 2;
/** Memory at the end against memory after the first quarter, which fills caches and arenas. */
const GROWTH_MAX = 1.05;
const SAMPLE_MS = 2_000;
const MIB = 2 ** 20;

export interface SoakResult {
  readonly details: Readonly<Record<string, number>>;
  readonly conditions: readonly Condition[];
}

/** Soak test at twice the capacity: checks the promises about overload and memory. */
export async function soak(bench: Bench, seconds: number): Promise<SoakResult> {
  const requests = textRequests(bench.texts);
  return withService(bench, {}, async (service) => {
    const capacity = await saturate(bench, service.port, requests);
    bench.say(`offering twice the capacity of ${Math.round(capacity)}/s for ${seconds} s`);
    const mib: number[] = [];
    const sampler = setInterval(() => mib.push(service.anonymousBytes / MIB), SAMPLE_MS);
    const result = await offer(bench, service.port, OVERLOAD * capacity, seconds * 1000, requests);
    clearInterval(sampler);
    const memory = memoryGrowth(mib);
    const { refusalProcessTime, refusalLatency, failures } = result;
    return {
      details: {
        seconds,
        'capacity/s': capacity,
        sent: result.sent,
        'goodput/s': result.goodputPerSecond,
        refused: result.overloaded,
        lost: result.lost,
        'admitted p99 ms': result.latency.p99Ms,
        "refusal p99 ms by the service's clock": refusalProcessTime.p99Ms,
        "refusal p99 ms by the client's": refusalLatency.p99Ms,
        'MiB after the first quarter': memory.beforeMib,
        'MiB at the end': memory.afterMib,
      },
      conditions: [
        { what: 'memory is flat', holds: memory.afterMib <= GROWTH_MAX * memory.beforeMib },
        { what: 'no request was lost', holds: result.lost === 0 },
        {
          what: `admitted p99 within the deadline of ${DEFAULT_LIMITS.singleDeadlineMs} ms`,
          holds: result.latency.p99Ms <= DEFAULT_LIMITS.singleDeadlineMs,
        },
        {
          what: `every refusal was a 503 overloaded ${JSON.stringify(failures)}`,
          holds: Object.keys(failures).length === 0 && result.overloaded > 0,
        },
        {
          what: `refusals took at most ${REFUSAL_P99_MS_MAX} ms (p99, service's clock)`,
          holds: refusalProcessTime.p99Ms <= REFUSAL_P99_MS_MAX,
        },
      ],
    };
  });
}

/** Medians of the second and of the last quarter of the samples. */
export function memoryGrowth(mib: readonly number[]): { beforeMib: number; afterMib: number } {
  const quarter = Math.floor(mib.length / 4);
  return {
    beforeMib: median(mib.slice(quarter, 2 * quarter)),
    afterMib: median(mib.slice(-quarter)),
  };
}
