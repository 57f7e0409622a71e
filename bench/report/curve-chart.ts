import type { CurvePoint } from '../curve.ts';
import type { Machine } from '../machine.ts';
import type { ModelKey } from '../model-key.ts';
import { drawChart } from './svg.ts';

export const MODEL_TITLES: Readonly<Record<ModelKey, string>> = {
  roberta: 'RoBERTa-base shape, row-wise INT8',
  minilm: 'embedded model (MiniLM, row-wise INT8)',
};

/** Latency against offered load, as a stand-alone SVG document. */
export function drawCurve(
  model: ModelKey,
  points: readonly CurvePoint[],
  machine: Machine,
): string {
  const series = (pick: (point: CurvePoint) => number) =>
    points.map((point) => ({ x: point.offeredPerSecond, y: pick(point) }));
  const capacity = points.find(({ load }) => load === 1)?.offeredPerSecond ?? 0;
  return drawChart({
    title: `Latency of answered requests: ${MODEL_TITLES[model]}`,
    subtitle: `${machine.vcpus} vCPU ${machine.cpu}, open loop; beyond the capacity the rest is refused`,
    xLabel: 'predictions offered per second',
    yLabel: 'ms from the intended send time',
    series: [
      { name: 'p50', style: 'first', points: series(({ p50Ms }) => p50Ms) },
      { name: 'p99', style: 'second', points: series(({ p99Ms }) => p99Ms) },
    ],
    mark: { x: capacity, name: 'capacity' },
  });
}
