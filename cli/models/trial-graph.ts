import { join } from 'node:path';
import type { Bundle } from '../../service/inference/bundle/manifest.ts';
import { softmax } from '../../service/inference/scores.ts';
import { WorkerPool } from '../../service/inference/workers/worker-pool.ts';
import { SourceError } from './source.ts';

export type GraphToTry = Pick<Bundle, 'graph' | 'graphOptimization' | 'labels' | 'padId'>;

/** Token ids of a text. */
export type Sequence = readonly number[];

/** A graph in one of the service's own workers. */
export class TrialGraph {
  readonly #pool: WorkerPool;
  readonly #width: number;

  private constructor(pool: WorkerPool, width: number) {
    this.#pool = pool;
    this.#width = width;
  }

  /**
   * Calls `use` with an open graph.
   *
   * @throws SourceError when the graph cannot be loaded or run
   */
  static async use<T>(
    folder: string,
    { graph, graphOptimization, labels, padId }: GraphToTry,
    workerUrl: URL,
    use: (graph: TrialGraph) => Promise<T>,
  ): Promise<T> {
    const pool = await WorkerPool.start({
      workerUrl,
      workers: 1,
      settings: { modelPath: join(folder, graph), graphOptimization, padId, warmUpLengths: [] },
      hangTimeoutMs: 60_000,
      onIdle: () => {},
      onRestart: () => {},
      onFatal: () => {},
    });
    try {
      return await use(new TrialGraph(pool, labels.length));
    } catch (cause) {
      if (cause instanceof SourceError) throw cause;
      throw refused(`The model cannot be run: ${rootOf(cause)}`, cause);
    } finally {
      await pool.close();
    }
  }

  /** @returns probabilities of each sequence, computed by itself */
  async alone(sequences: readonly Sequence[]): Promise<number[][]> {
    const rows: number[][] = [];
    for (const sequence of sequences) rows.push(...(await this.together([sequence])));
    return rows;
  }

  /**
   * @returns probabilities of each sequence, computed in one batch
   * @throws SourceError when the logits are too many, too few, NaN or infinite
   */
  async together(sequences: readonly Sequence[]): Promise<number[][]> {
    const logits = await this.#pool.compute({ sequences });
    const width = this.#width;
    if (logits.length !== sequences.length * width) {
      throw refused(
        `The model gives ${logits.length / sequences.length} logits for a text, needed are ${width}`,
      );
    }
    return sequences.map((sequence, row) => {
      const own = logits.subarray(row * width, (row + 1) * width);
      if (own.every(Number.isFinite)) return softmax(own);
      throw refused(
        `The model gives the logits ${own.join(', ')} for a text of ${sequence.length} tokens: its ` +
          'weights are damaged, or their precision is too low; try another graph or --precision',
      );
    });
  }
}

/** Largest difference of a probability. */
export function largestDifference(a: readonly number[][], b: readonly number[][]): number {
  const differences = a.map((row, index) =>
    Math.max(...row.map((value, column) => Math.abs(value - (b[index]?.[column] ?? Number.NaN)))),
  );
  return Math.max(...differences);
}

function refused(message: string, cause?: unknown): SourceError {
  return new SourceError(message, { retryable: false, cause });
}

function rootOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : rootOf(error.cause);
}
