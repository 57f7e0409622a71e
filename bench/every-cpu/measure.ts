/**
 * Scores golden texts of the embedded model on the CPU that runs this: alone, beside a copy, padded
 * and in batches. Prints a Measurement. `npm run bench:cpus` runs it on each CPU, emulated ones too.
 */
import { readFileSync } from 'node:fs';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { seededRandom } from '../../script/lib/seeded-random.ts';
import { cpuFamilyOf } from '../../service/contract/cpu-family.ts';
import { BATCH_LENGTHS, LengthBuckets } from '../../service/inference/scheduling/length-buckets.ts';
import { shuffle } from '../random.ts';

/** Difference of the logits of the same texts, computed in two ways. */
export interface Difference {
  readonly largest: number;
  /** Texts that differ by more than SIGNIFICANT. */
  readonly texts: number;
}

export interface Measurement {
  /** Lines of the golden file. */
  readonly lines: readonly number[];
  /** Logits of each text alone. */
  readonly alone: readonly (readonly number[])[];
  readonly sameTextTwice: Difference;
  readonly paddedByOne: Difference;
  readonly paddedTo16: Difference;
  readonly mixedBatches: Difference;
  /** Batches of lengths that the service lets share a batch on this CPU family. */
  readonly serviceBatches: Difference;
}

/** Far above rounding, far below a difference that matters. */
export const SIGNIFICANT = 1e-4;

const FOLDER = 'models/minilm-tweet-sentiment';
const MAX_TOKENS = 64;
const WINDOW = 256;
const BATCH = 16;
const LABELS = 3;

const count = Number(process.argv[2] ?? 0);
const goldens = readFileSync(`${FOLDER}/golden.jsonl`, 'utf8')
  .trimEnd()
  .split('\n')
  .map((json, line) => ({ line, ids: (JSON.parse(json) as { ids: number[] }).ids }))
  .filter(({ ids }) => ids.length <= MAX_TOKENS);
const stride = count === 0 ? 1 : goldens.length / count;
const chosen = goldens.filter((_, index) => index % stride < 1);
const sequences = chosen.map(({ ids }) => ids);

const session = await InferenceSession.create(`${FOLDER}/model.onnx`, {
  executionMode: 'sequential',
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  graphOptimizationLevel: 'basic',
});

async function run(batch: readonly (readonly number[])[], columns = 0): Promise<number[][]> {
  const width = Math.max(columns, ...batch.map((ids) => ids.length));
  const shape = [batch.length, width];
  const [ids, mask] = [1, 2].map(() => new BigInt64Array(batch.length * width));
  for (const [row, sequence] of batch.entries()) {
    ids?.set(BigInt64Array.from(sequence, BigInt), row * width);
    mask?.fill(1n, row * width, row * width + sequence.length);
  }
  const { logits } = await session.run({
    input_ids: new Tensor('int64', ids ?? [], shape),
    attention_mask: new Tensor('int64', mask ?? [], shape),
  });
  const values = Array.from(logits?.data as Float32Array);
  return batch.map((_, row) => values.slice(row * LABELS, (row + 1) * LABELS));
}

async function each(score: (ids: readonly number[]) => Promise<number[][]>): Promise<number[][]> {
  const rows: number[][] = [];
  for (const ids of sequences) rows.push(...(await score(ids)).slice(0, 1));
  return rows;
}

/** Scores all texts in random batches, each of one group. */
async function batches(groupOf: (tokens: number) => number): Promise<number[][]> {
  const rows: number[][] = [];
  const order = shuffle([...sequences.keys()], seededRandom(14));
  const groups = Map.groupBy(order, (index) => groupOf(sequences[index]?.length ?? 0));
  for (const indexes of groups.values()) {
    for (let from = 0; from < indexes.length; from += BATCH) {
      const batch = indexes.slice(from, from + BATCH);
      const scored = await run(batch.map((index) => sequences[index] ?? []));
      for (const [row, index] of batch.entries()) rows[index] = scored[row] ?? [];
    }
  }
  return rows;
}

const alone = await each((ids) => run([ids]));

function against(rows: readonly number[][]): Difference {
  const differences = rows.map((row, index) =>
    Math.max(...row.map((logit, label) => Math.abs(logit - (alone[index]?.[label] ?? Number.NaN)))),
  );
  return {
    largest: Math.max(...differences),
    texts: differences.filter((difference) => difference > SIGNIFICANT).length,
  };
}

const buckets = new LengthBuckets(WINDOW, BATCH_LENGTHS[cpuFamilyOf(process.arch)]);
const measurement: Measurement = {
  lines: chosen.map(({ line }) => line),
  alone,
  sameTextTwice: against(await each((ids) => run([ids, ids]))),
  paddedByOne: against(await each((ids) => run([ids], ids.length + 1))),
  paddedTo16: against(await each((ids) => run([ids], 16 * Math.ceil(ids.length / 16)))),
  mixedBatches: against(await batches(() => 0)),
  serviceBatches: against(await batches((tokens) => buckets.indexOf(tokens))),
};
console.log(JSON.stringify(measurement));
