import type { Label } from '../../service/domain/sentiment.ts';
import { indexOfHighest } from '../../service/inference/scores.ts';
import { say } from '../kit/printable.ts';
import { ProgressBar, type ProgressOutput } from '../kit/progress.ts';
import { checkOutput } from './check-output.ts';
import { SourceError } from './source.ts';
import { type GraphToTry, largestDifference, type OnBatch, TrialGraph } from './trial-graph.ts';
import {
  type Sequence,
  type TokenizedModel,
  type TrialSequences,
  trialSequences,
} from './trial-sequences.ts';
import { GOLDEN_TEXTS } from './trial-texts.ts';

/** Rounding only. */
const SAME_IN_BATCHES = 1e-5;
/** Ordinary dynamic INT8 takes its scale from the whole batch: up to 0.1 was measured. */
export const INT8_BATCH_TOLERANCE = 0.15;
/** Smallest share of texts that an INT8 graph has to label as its FP32 graph does. */
const MIN_AGREEMENT = 0.97;
const BATCH = 16;
/** One text of this many is also scored alone. Prime, so that the sample has every kind of text. */
const SAMPLED_EVERY = 41;
/** Longest text that shares a batch of the trial with short ones. */
const MIXED_LENGTH_MAX = 64;

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
  /** Largest difference of a probability between a text alone and in a batch. */
  readonly batchDifference: number;
  /** Absent without a reference. */
  readonly comparison: Comparison | undefined;
}

/** Difference between a graph and the FP32 graph of the same weights. */
export interface Comparison {
  readonly texts: number;
  /** Share of the texts with the same label. */
  readonly agreement: number;
  /** Largest difference of a probability. */
  readonly difference: number;
}

type ModelToTry = GraphToTry & TokenizedModel;

/**
 * Scores 2,000 texts with the service's own engine, some of them alone and in mixed batches, and
 * texts of every length up to the full window, so that a model that is accepted can start.
 *
 * @throws SourceError when the model cannot run, lacks a token, gives NaN or probabilities instead of logits,
 *   depends too much on the batch, or labels texts as no sentiment model should
 */
export async function tryModel(
  folder: string,
  model: ModelToTry,
  options: TrialOptions,
): Promise<Trial> {
  const { workerUrl, reference } = options;
  const { output } = options;
  checkOutput(folder, model.graph);
  const startedMs = performance.now();
  say(output, 'Trying the model: texts alone, in batches and of every length.');
  const sequences = await trialSequences(folder, model);
  const { alone, batchDifference } = await TrialGraph.use(folder, model, workerUrl, (graph) =>
    run(graph, sequences, output),
  );
  checkBatches(batchDifference);
  checkLabels(alone, model.labels, options);
  let comparison: Comparison | undefined;
  if (reference !== undefined) {
    const expected = await TrialGraph.use(
      folder,
      { ...model, graph: reference },
      workerUrl,
      (graph) => compareTexts(graph, sequences.compared, output),
    );
    comparison = compare(alone, expected, options);
  }
  say(output, `Tried in ${((performance.now() - startedMs) / 1_000).toFixed(0)} s.`);
  return {
    golden: GOLDEN_TEXTS.map(({ text }, row) => ({ text, probabilities: alone[row] ?? [] })),
    batchInvariant: batchDifference <= SAME_IN_BATCHES,
    batchDifference,
    comparison,
  };
}

/** @returns probabilities of the texts compared, and how far a batch moves one of any text */
async function run(
  graph: TrialGraph,
  { compared, corpus, lengths, highest }: TrialSequences,
  output: ProgressOutput,
): Promise<{ alone: number[][]; batchDifference: number }> {
  await graph.checkToken(highest);
  const mixed = [
    ...compared,
    ...corpus.slice(compared.length).filter((_, index) => index % SAMPLED_EVERY === 0),
    ...lengths.filter(({ ids }) => ids.length <= MIXED_LENGTH_MAX),
  ];
  const total = lengths.length + 2 * mixed.length + corpus.length;
  const progress = new ProgressBar({ output, name: 'texts tried', total });
  const onBatch = (texts: number) => progress.add(texts);
  await graph.alone(lengths, onBatch);
  const alone = await graph.alone(mixed, onBatch);
  const together = await inMixedBatches(graph, mixed, onBatch);
  await answerAll(graph, corpus, onBatch);
  progress.end();
  graph.checkLogits();
  return {
    alone: alone.slice(0, compared.length),
    batchDifference: largestDifference(alone, together),
  };
}

/** Scores the golden texts in one batch, as every start does, and the others in mixed batches. */
async function inMixedBatches(
  graph: TrialGraph,
  sequences: readonly Sequence[],
  onBatch: OnBatch,
): Promise<number[][]> {
  const golden = GOLDEN_TEXTS.length;
  const indices = [...sequences.keys()];
  // Neighbors are of one kind, so a batch takes texts that are far from each other.
  const stride = Math.ceil((indices.length - golden) / BATCH);
  const groups = [
    indices.slice(0, golden),
    ...Array.from({ length: stride }, (_, first) =>
      indices.slice(golden).filter((index) => index % stride === first),
    ),
  ];
  const rows = await graph.batches(
    groups.map((group) => group.flatMap((index) => sequences[index] ?? [])),
    onBatch,
  );
  const together: number[][] = [];
  for (const [at, group] of groups.entries()) {
    for (const [row, index] of group.entries()) together[index] = rows[at]?.[row] ?? [];
  }
  return together;
}

/** Texts of similar length share a batch, which keeps padding low. */
async function answerAll(
  graph: TrialGraph,
  corpus: readonly Sequence[],
  onBatch: OnBatch,
): Promise<void> {
  const sorted = corpus.toSorted((a, b) => a.ids.length - b.ids.length);
  const batches = Array.from({ length: Math.ceil(sorted.length / BATCH) }, (_, index) =>
    sorted.slice(index * BATCH, (index + 1) * BATCH),
  );
  await graph.batches(batches, onBatch);
}

/** Scores texts with the reference graph, each alone. */
async function compareTexts(
  graph: TrialGraph,
  texts: readonly Sequence[],
  output: ProgressOutput,
): Promise<number[][]> {
  const progress = new ProgressBar({ output, name: 'compared with FP32', total: texts.length });
  const rows = await graph.alone(texts, (count) => progress.add(count));
  progress.end();
  return rows;
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
    const highest = labels[indexOfHighest(alone[row] ?? [])];
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
): Comparison {
  const same = served.filter(
    (row, index) => indexOfHighest(row) === indexOfHighest(reference[index] ?? []),
  );
  const agreement = same.length / served.length;
  const difference = largestDifference(served, reference);
  const summary =
    `INT8 against FP32: ${(100 * agreement).toFixed(1)} % of ${served.length} labels agree, largest ` +
    `difference of a probability ${difference.toFixed(4)}`;
  say(options.output, `${summary}.`);
  if (agreement < MIN_AGREEMENT) {
    refuseUnlessForced(
      `${summary}; at least ${100 * MIN_AGREEMENT} % are needed. --precision fp32 serves the weights as ` +
        'they are',
      options,
    );
  }
  return { texts: served.length, agreement, difference };
}

function refuseUnlessForced(message: string, { force, output }: TrialOptions): void {
  if (!force) {
    throw new SourceError(`${message}; --force adds the model all the same`, { retryable: false });
  }
  say(output, `Warning: ${message}.`);
}
