import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { cpuFamilyOf } from '../../service/contract/cpu-family.ts';
import type { Bundle } from '../../service/inference/bundle/manifest.ts';
import { BATCH_LENGTHS } from '../../service/inference/scheduling/length-buckets.ts';
import { softmax } from '../../service/inference/scores.ts';
import { cpuCount } from '../../service/inference/workers/cpu-count.ts';
import { WorkerPool } from '../../service/inference/workers/worker-pool.ts';
import { endWorkers } from '../kit/exit-tasks.ts';
import { notLogits } from './check-output.ts';
import { externalDataOf } from './external-data.ts';
import { SourceError } from './source.ts';
import type { Sequence } from './trial-sequences.ts';

export type GraphToTry = Pick<Bundle, 'graph' | 'graphOptimization' | 'labels' | 'padId'>;

/** Each worker loads the weights; more workers would need more memory than serving does. */
const WORKERS_MAX = 2;
const SHARED_BYTES_MAX = 300_000_000;
/** A busy machine or an emulated CPU may need minutes for a full window; the user can stop sooner. */
const HANG_TIMEOUT_MS = 600_000;

/** Called after each batch with its number of texts. */
export type OnBatch = (texts: number) => void;

/** A graph in the service's own workers. */
export class TrialGraph {
  readonly #pool: WorkerPool;
  readonly #workers: number;
  readonly #width: number;
  /** Every text so far has values that probabilities could be. */
  #areProbabilities = true;

  private constructor(pool: WorkerPool, workers: number, width: number) {
    this.#pool = pool;
    this.#workers = workers;
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
    const workers = await workersFor(folder, graph);
    const pool = await WorkerPool.start({
      workerUrl,
      workers,
      settings: { modelPath: join(folder, graph), graphOptimization, padId, warmUpTokens: 0 },
      hangTimeoutMs: HANG_TIMEOUT_MS,
      onIdle: () => {},
      onRestart: () => {},
      onFatal: () => {},
    });
    try {
      return await use(new TrialGraph(pool, workers, labels.length));
    } catch (cause) {
      if (cause instanceof SourceError) throw cause;
      throw refused(`The model cannot be run: ${rootOf(cause)}`, cause);
    } finally {
      await endWorkers(pool);
    }
  }

  /** @throws SourceError when the graph has no embedding of the token */
  async checkToken(sequence: Sequence): Promise<void> {
    try {
      await this.together([sequence]);
    } catch (cause) {
      if (cause instanceof SourceError) throw cause;
      throw refused(
        `The model cannot read the token "${sequence.text}", whose id in tokenizer.json is ` +
          `${sequence.ids[1]}: ${rootOf(cause)}. If its embedding has fewer rows (vocab_size in ` +
          'config.json), the tokenizer is of another model',
        cause,
      );
    }
  }

  /** @throws SourceError when the outputs for all texts so far are probabilities */
  checkLogits(): void {
    if (!this.#areProbabilities) return;
    throw notLogits('The output of the model is between 0 and 1, of sum 1, for every text');
  }

  /** @returns probabilities of each sequence, computed by itself */
  async alone(sequences: readonly Sequence[], onBatch?: OnBatch): Promise<number[][]> {
    const batches = sequences.map((sequence) => [sequence]);
    return (await this.batches(batches, onBatch)).flat();
  }

  /** @returns probabilities by batch; as many batches at once as there are workers */
  async batches(
    batches: readonly (readonly Sequence[])[],
    onBatch: OnBatch = () => {},
  ): Promise<number[][][]> {
    const results: number[][][] = [];
    const queue = batches.entries();
    const lane = async () => {
      for (const [index, batch] of queue) {
        results[index] = await this.together(batch);
        onBatch(batch.length);
      }
    };
    await Promise.all(Array.from({ length: this.#workers }, lane));
    return results;
  }

  /** @returns probabilities of each sequence, computed in as few batches as the engine may form */
  async together(sequences: readonly Sequence[]): Promise<number[][]> {
    if (BATCH_LENGTHS[cpuFamilyOf(process.arch)] === 'similar') return this.#batch(sequences);
    const rows: number[][] = [];
    const byLength = Map.groupBy(sequences.entries(), ([, { ids }]) => ids.length);
    for (const group of byLength.values()) {
      const scored = await this.#batch(group.map(([, sequence]) => sequence));
      for (const [position, [index]] of group.entries()) rows[index] = scored[position] ?? [];
    }
    return rows;
  }

  /**
   * @returns probabilities of each sequence, computed in one batch
   * @throws SourceError when the logits are too many, too few, NaN or infinite
   */
  async #batch(sequences: readonly Sequence[]): Promise<number[][]> {
    const logits = await this.#pool.compute({ sequences: sequences.map(({ ids }) => ids) });
    const width = this.#width;
    if (logits.length !== sequences.length * width) {
      throw refused(
        `The model gives ${logits.length / sequences.length} logits for a text, but ${width} are needed`,
      );
    }
    return sequences.map((sequence, row) => {
      const own = logits.subarray(row * width, (row + 1) * width);
      this.#areProbabilities &&= couldBeProbabilities(own);
      if (own.every(Number.isFinite)) return softmax(own);
      throw refused(
        `The model gives the logits ${own.join(', ')} for ${shown(sequence)}: its weights are ` +
          'damaged, or their precision is too low; try another graph or --precision',
      );
    });
  }
}

/** FP16 rounds the sum. Logits are within 0 and 1 only by chance, and seldom of sum 1. */
function couldBeProbabilities(row: Float32Array): boolean {
  const sum = row.reduce((total, value) => total + value, 0);
  return Math.abs(sum - 1) <= 1e-3 && row.every((value) => value >= 0 && value <= 1);
}

/** Largest difference of a probability. */
export function largestDifference(a: readonly number[][], b: readonly number[][]): number {
  const differences = a.map((row, index) =>
    Math.max(...row.map((value, column) => Math.abs(value - (b[index]?.[column] ?? Number.NaN)))),
  );
  return Math.max(...differences);
}

async function workersFor(folder: string, graph: string): Promise<number> {
  const files = [graph, ...externalDataOf(folder, graph)];
  const sizes = await Promise.all(files.map(async (file) => (await stat(join(folder, file))).size));
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  return bytes > SHARED_BYTES_MAX ? 1 : Math.min(WORKERS_MAX, await cpuCount());
}

function shown({ text, ids }: Sequence): string {
  const start = text.length > 60 ? `${text.slice(0, 60)}...` : text;
  return `${JSON.stringify(start)} (${ids.length} tokens)`;
}

function refused(message: string, cause?: unknown): SourceError {
  return new SourceError(message, { retryable: false, cause });
}

function rootOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : rootOf(error.cause);
}
