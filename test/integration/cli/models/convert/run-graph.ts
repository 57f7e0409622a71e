import { WorkerPool } from '../../../../../service/inference/workers/worker-pool.ts';
import type { Batch } from '../../../../cli/models/convert/helpers/fixtures.ts';

const WORKER_URL = new URL('../../../../../dist/inference-worker.js', import.meta.url);

/** Runs batches through a graph with the service's own inference worker. */
export async function runGraph(
  modelPath: string,
  padId: number,
  batches: readonly Batch[],
): Promise<number[][][]> {
  const pool = await WorkerPool.start({
    workerUrl: WORKER_URL,
    workers: 1,
    settings: { modelPath, graphOptimization: 'basic', padId, warmUpTokens: 0 },
    hangTimeoutMs: 600_000,
    onIdle: () => {},
    onRestart: () => {},
    onFatal: () => {},
  });
  try {
    const results: number[][][] = [];
    for (const batch of batches) {
      const logits = [...(await pool.compute({ sequences: batch }))];
      const width = logits.length / batch.length;
      results.push(batch.map((_, row) => logits.slice(row * width, (row + 1) * width)));
    }
    return results;
  } finally {
    await pool.close();
  }
}

/** Largest difference between two sets of logits of the same shape. */
export function largestDifference(a: unknown, b: unknown): number {
  const [left, right] = [a, b].map((logits) => (logits as number[]).flat(Number.POSITIVE_INFINITY));
  if (left?.length !== right?.length) return Number.NaN;
  return Math.max(...left!.map((value, at) => Math.abs(Number(value) - Number(right![at]))));
}
