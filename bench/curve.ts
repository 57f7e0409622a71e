import { type Bench, withService } from './bench.ts';
import { offer } from './benchmarks/overload.ts';
import { saturate } from './benchmarks/throughput.ts';
import { textRequests } from './requests.ts';

const LOADS = [0.1, 0.25, 0.5, 0.7, 0.8, 0.9, 1, 1.1, 1.25, 1.5];
const POINT_MS = 15_000;

/** Measurements under one offered load. */
export interface CurvePoint {
  /** Share of the capacity. */
  readonly load: number;
  readonly offeredPerSecond: number;
  readonly goodputPerSecond: number;
  readonly refusedPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** Latency from 10 to 150 % of the capacity, open loop. */
export async function measureCurve(bench: Bench): Promise<CurvePoint[]> {
  const requests = textRequests(bench.texts);
  return withService(bench, {}, async ({ port }) => {
    const capacity = await saturate(bench, port, requests);
    const points: CurvePoint[] = [];
    for (const load of LOADS) {
      bench.say(`offering ${Math.round(100 * load)} % of ${Math.round(capacity)}/s`);
      const result = await offer(bench, port, load * capacity, POINT_MS, requests);
      points.push({
        load,
        offeredPerSecond: result.offeredPerSecond,
        goodputPerSecond: result.goodputPerSecond,
        refusedPerSecond: (result.overloaded / POINT_MS) * 1000,
        p50Ms: result.latency.p50Ms,
        p99Ms: result.latency.p99Ms,
      });
    }
    return points;
  });
}
