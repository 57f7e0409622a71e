import { join } from 'node:path';
import Type from 'typebox';
import type { Label } from '../../service/domain/sentiment.ts';
import type { Bundle } from '../../service/inference/bundle/manifest.ts';
import { EventLoopTurns } from '../../service/inference/tokenizer/event-loop-turns.ts';
import { createNormalizer } from '../../service/inference/tokenizer/normalize.ts';
import { parseTokenizerDefinition } from '../../service/inference/tokenizer/tokenizer-definition.ts';
import { TransformersTokenizer } from '../../service/inference/tokenizer/transformers-tokenizer.ts';
import type { ProgressOutput } from '../kit/progress.ts';
import { SourceError } from './source.ts';
import { readJsonFile } from './tokenizer/read-json-file.ts';
import { type GraphToTry, largestDifference, type Sequence, TrialGraph } from './trial-graph.ts';
import { COMPARED_TEXTS, GOLDEN_TEXTS, longText } from './trial-texts.ts';

/** Rounding only. */
const SAME_IN_BATCHES = 1e-5;
/** Ordinary dynamic INT8 takes its scale from the whole batch: up to 0.1 was measured. */
export const INT8_BATCH_TOLERANCE = 0.15;
/** Smallest share of texts that an INT8 graph has to label as its FP32 graph does. */
const MIN_AGREEMENT = 0.97;
const BATCH = 16;

export interface TrialOptions {
  readonly workerUrl: URL;
  /** FP32 graph of the same weights, to compare with. */
  readonly reference: string | undefined;
  /** Labels that differ from those expected are a warning, not an error. */
  readonly force: boolean;
  readonly output: ProgressOutput;
}

export interface Trial {
  readonly golden: readonly { readonly text: string; readonly probabilities: readonly number[] }[];
  /** A text's scores do not depend on its batch, as far as the texts show. */
  readonly batchInvariant: boolean;
}

type ModelToTry = GraphToTry & Pick<Bundle, 'tokenizer' | 'maxTokens' | 'preprocessing'>;

/**
 * Scores texts with the service's own engine, alone and in batches, up to the full window, so that
 * a model that is accepted can start.
 *
 * @throws SourceError when the model cannot run, gives NaN, depends too much on the batch, or
 *   labels texts as no sentiment model should
 */
export async function tryModel(
  folder: string,
  model: ModelToTry,
  options: TrialOptions,
): Promise<Trial> {
  const { workerUrl, reference } = options;
  const texts = [...GOLDEN_TEXTS.map(({ text }) => text), ...COMPARED_TEXTS];
  const { sequences, window } = await encode(folder, model, texts);
  const { alone, batchDifference } = await TrialGraph.use(folder, model, workerUrl, (graph) =>
    aloneAndTogether(graph, sequences, window),
  );
  checkBatches(batchDifference);
  checkLabels(alone, model.labels, options);
  if (reference !== undefined) {
    const expected = await TrialGraph.use(
      folder,
      { ...model, graph: reference },
      workerUrl,
      (graph) => graph.alone(sequences),
    );
    compare(alone, expected, options);
  }
  return {
    golden: GOLDEN_TEXTS.map(({ text }, row) => ({ text, probabilities: alone[row] ?? [] })),
    batchInvariant: batchDifference <= SAME_IN_BATCHES,
  };
}

async function encode(
  folder: string,
  { tokenizer: file, maxTokens, preprocessing }: ModelToTry,
  texts: readonly string[],
): Promise<{ sequences: Sequence[]; window: Sequence }> {
  const tokenizer = new TransformersTokenizer(
    parseTokenizerDefinition(await readJsonFile(Type.Unknown(), folder, file), join(folder, file)),
    maxTokens,
    new EventLoopTurns(),
  );
  const normalize = createNormalizer(preprocessing);
  const sequences: Sequence[] = [];
  for (const text of texts) sequences.push((await tokenizer.encode(normalize(text))).ids);
  return { sequences, window: (await tokenizer.encode(longText(maxTokens))).ids };
}

async function aloneAndTogether(
  graph: TrialGraph,
  sequences: readonly Sequence[],
  window: Sequence,
): Promise<{ alone: number[][]; batchDifference: number }> {
  await graph.alone([window]);
  const alone = await graph.alone(sequences);
  const together: number[][] = [];
  // The service checks the golden texts in one batch, at every start.
  const golden = GOLDEN_TEXTS.length;
  together.push(...(await graph.together(sequences.slice(0, golden))));
  for (let from = golden; from < sequences.length; from += BATCH) {
    together.push(...(await graph.together(sequences.slice(from, from + BATCH))));
  }
  return { alone, batchDifference: largestDifference(alone, together) };
}

function checkBatches(difference: number): void {
  if (difference <= INT8_BATCH_TOLERANCE) return;
  throw new SourceError(
    `The model's scores of a text differ by ${difference.toFixed(4)} between the text alone and in a ` +
      `batch, at most ${INT8_BATCH_TOLERANCE} is accepted; does the graph use attention_mask?`,
    { retryable: false },
  );
}

function checkLabels(
  alone: readonly number[][],
  labels: readonly Label[],
  options: TrialOptions,
): void {
  for (const [row, { text, label }] of GOLDEN_TEXTS.entries()) {
    const highest = labels[argMax(alone[row] ?? [])];
    if (label === undefined || highest === label) continue;
    refuseUnlessForced(
      `The model calls "${text}" ${highest}; are its labels in the order ${labels.join(', ')}? ` +
        '--labels names another order',
      options,
    );
    return;
  }
}

/** Says how near the served graph is to the FP32 graph of the same weights. */
function compare(
  served: readonly number[][],
  reference: readonly number[][],
  options: TrialOptions,
): void {
  const same = served.filter((row, index) => argMax(row) === argMax(reference[index] ?? []));
  const agreement = same.length / served.length;
  const summary =
    `INT8 against FP32: ${(100 * agreement).toFixed(1)} % of ${served.length} labels agree, largest ` +
    `difference of a probability ${largestDifference(served, reference).toFixed(4)}`;
  options.output.write(`${summary}.\n`);
  if (agreement >= MIN_AGREEMENT) return;
  refuseUnlessForced(
    `${summary}; at least ${100 * MIN_AGREEMENT} % are needed. --precision fp32 serves the weights as ` +
      'they are',
    options,
  );
}

function refuseUnlessForced(message: string, { force, output }: TrialOptions): void {
  if (!force) {
    throw new SourceError(`${message}; --force adds the model all the same`, { retryable: false });
  }
  output.write(`Warning: ${message}.\n`);
}

function argMax(row: readonly number[]): number {
  return row.indexOf(Math.max(...row));
}
