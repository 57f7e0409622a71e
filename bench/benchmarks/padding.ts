import { type Bench, withService } from '../bench.ts';
import type { Benchmark, Measurement } from '../benchmark.ts';
import type { ProbeReport } from '../main-thread-probe.ts';
import { textRequests } from '../requests.ts';
import { ROUNDS } from '../rounds.ts';
import { median } from '../statistics.ts';
import { saturate } from './throughput.ts';

async function realTokens(bench: Bench): Promise<Measurement> {
  const requests = textRequests(bench.texts);
  const rounds: number[] = [];
  const throughput: number[] = [];
  await withService(bench, { probe: true }, async (service) => {
    for (let round = 0; round < ROUNDS; round++) {
      await service.ask({ kind: 'reset' });
      throughput.push(await saturate(bench, service.port, requests));
      const report = (await service.ask({ kind: 'report' })) as ProbeReport;
      rounds.push(report.realTokens / report.computedTokens);
    }
  });
  return { rounds, details: { 'predictions/s': median(throughput) } };
}

export const padding: readonly Benchmark[] = [
  {
    id: 'B9',
    title: 'real ÷ computed tokens at saturation',
    method: 'as B1; counted from the batches that the main thread sends to its workers',
    better: 'higher',
    floor: 0.9,
    aim: 0.97,
    unit: 'ratio',
    run: realTokens,
  },
];
