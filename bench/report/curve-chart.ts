import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { CurvePoint } from '../curve.ts';
import type { Machine } from '../machine.ts';
import type { ModelKey } from '../model-key.ts';
import { drawChart } from './svg.ts';

const DOCS = resolve('docs');

const NAMES: Readonly<Record<ModelKey, string>> = {
  roberta: 'RoBERTa-base shape, row-wise INT8',
  minilm: 'embedded model (MiniLM, row-wise INT8)',
};

/** Draws latency against offered load into docs/; returns the path. */
export function writeCurve(
  model: ModelKey,
  points: readonly CurvePoint[],
  machine: Machine,
): string {
  const path = join(DOCS, `throughput-latency-${model}.svg`);
  const series = (pick: (point: CurvePoint) => number) =>
    points.map((point) => ({ x: point.offeredPerSecond, y: pick(point) }));
  const capacity = points.find(({ load }) => load === 1)?.offeredPerSecond ?? 0;
  const svg = drawChart({
    title: `Latency of answered requests: ${NAMES[model]}`,
    subtitle: `${machine.vcpus} vCPU ${machine.cpu}, open loop; beyond the capacity the rest is refused`,
    xLabel: 'predictions offered per second',
    yLabel: 'ms from the intended send time',
    series: [
      { name: 'p50', style: 'first', points: series(({ p50Ms }) => p50Ms) },
      { name: 'p99', style: 'second', points: series(({ p99Ms }) => p99Ms) },
    ],
    mark: { x: capacity, name: 'capacity' },
  });
  writeFileSync(path, svg);
  return path;
}
