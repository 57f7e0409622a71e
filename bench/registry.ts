import type { Benchmark } from './benchmark.ts';
import { coalescing } from './benchmarks/coalescing.ts';
import { hits } from './benchmarks/hits.ts';
import { image } from './benchmarks/image.ts';
import { latency } from './benchmarks/latency.ts';
import { memory } from './benchmarks/memory.ts';
import { overload } from './benchmarks/overload.ts';
import { padding } from './benchmarks/padding.ts';
import { precision } from './benchmarks/precision.ts';
import { scoring } from './benchmarks/scoring.ts';
import { startUpTime } from './benchmarks/start-up.ts';
import { throughput } from './benchmarks/throughput.ts';
import { tokenizer } from './benchmarks/tokenizer.ts';

/** Every benchmark of bench/README.md, by number. */
export const BENCHMARKS: readonly Benchmark[] = [
  ...throughput,
  ...latency,
  ...hits,
  ...tokenizer,
  ...precision,
  ...padding,
  ...startUpTime,
  ...scoring,
  ...memory,
  ...overload,
  ...coalescing,
  ...image,
].sort((a, b) => numberOf(a.id) - numberOf(b.id));

function numberOf(id: string): number {
  return Number(id.replace(/\D/g, ''));
}
