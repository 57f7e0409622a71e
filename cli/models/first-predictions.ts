import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Label } from '../../service/domain/sentiment.ts';
import type { Bundle } from '../../service/inference/bundle/manifest.ts';
import { softmax } from '../../service/inference/scores.ts';
import { EventLoopTurns } from '../../service/inference/tokenizer/event-loop-turns.ts';
import { normalize } from '../../service/inference/tokenizer/normalize.ts';
import { parseTokenizerDefinition } from '../../service/inference/tokenizer/tokenizer-definition.ts';
import { TransformersTokenizer } from '../../service/inference/tokenizer/transformers-tokenizer.ts';
import { WorkerPool } from '../../service/inference/workers/worker-pool.ts';
import { SourceError } from './source.ts';

/** Texts of different length and script; the label is given where no sentiment model may differ. */
const TEXTS: readonly { readonly text: string; readonly label?: Label }[] = [
  { text: 'I love this phone', label: 'positive' },
  { text: 'worst day ever', label: 'negative' },
  { text: 'the meeting is at 3pm' },
  { text: 'Best concert of my life, thank you so much!', label: 'positive' },
  { text: 'I hate waiting in line for hours', label: 'negative' },
  { text: '@someone check http://example.com/a?b=c &amp; tell me' },
  { text: '😂😂😂 no way' },
  { text: 'Müller und Söhne öffnen um acht' },
  { text: '明日は雨が降るでしょう' },
  {
    text: `A longer text ${'that goes on and on without saying anything in particular '.repeat(12)}`,
  },
];

/** Rounding only. */
const SAME_IN_BATCHES = 1e-5;

export interface FirstPredictions {
  readonly texts: readonly { readonly text: string; readonly probabilities: readonly number[] }[];
  /** A text's scores do not depend on its batch, as far as these texts show. */
  readonly batchInvariant: boolean;
}

export type ModelToTry = Pick<
  Bundle,
  'graph' | 'graphOptimization' | 'tokenizer' | 'labels' | 'maxTokens' | 'padId'
>;

/**
 * Scores a few texts with the service's own engine, alone and together.
 *
 * @param workerUrl the bundled inference worker
 * @throws SourceError when the model cannot run, or calls praise anything but positive
 */
export async function firstPredictions(
  folder: string,
  model: ModelToTry,
  workerUrl: URL,
): Promise<FirstPredictions> {
  const tokenizerPath = join(folder, model.tokenizer);
  const tokenizer = new TransformersTokenizer(
    parseTokenizerDefinition(JSON.parse(await readFile(tokenizerPath, 'utf8')), tokenizerPath),
    model.maxTokens,
    new EventLoopTurns(),
  );
  const sequences: (readonly number[])[] = [];
  for (const { text } of TEXTS) sequences.push((await tokenizer.encode(normalize(text))).ids);

  const pool = await WorkerPool.start({
    workerUrl,
    workers: 1,
    settings: {
      modelPath: join(folder, model.graph),
      graphOptimization: model.graphOptimization,
      padId: model.padId,
      warmUpLengths: [],
    },
    hangTimeoutMs: 60_000,
    onIdle: () => {},
    onRestart: () => {},
    onFatal: () => {},
  });
  try {
    const alone: number[][] = [];
    for (const ids of sequences) alone.push(softmax(await pool.compute({ sequences: [ids] })));
    const logits = await pool.compute({ sequences });
    const width = model.labels.length;
    const together = sequences.map((_, row) =>
      softmax(logits.subarray(row * width, (row + 1) * width)),
    );
    checkLabels(alone, model.labels);
    return {
      texts: TEXTS.map(({ text }, index) => ({ text, probabilities: alone[index] ?? [] })),
      batchInvariant: largestDifference(alone, together) <= SAME_IN_BATCHES,
    };
  } catch (cause) {
    if (cause instanceof SourceError) throw cause;
    throw new SourceError(`The model cannot be run: ${rootOf(cause)}`, { retryable: false, cause });
  } finally {
    await pool.close();
  }
}

function checkLabels(probabilities: readonly number[][], labels: readonly Label[]): void {
  for (const [index, { text, label }] of TEXTS.entries()) {
    const row = probabilities[index] ?? [];
    const highest = labels[row.indexOf(Math.max(...row))];
    if (row.length !== labels.length || highest === undefined) {
      throw new SourceError(
        `The model gives ${row.length} probabilities [${row.join(', ')}], ${labels.length} are needed`,
        { retryable: false },
      );
    }
    if (label !== undefined && highest !== label) {
      throw new SourceError(
        `The model calls "${text}" ${highest}; are its labels in the order ${labels.join(', ')}? ` +
          '--labels names another order',
        { retryable: false },
      );
    }
  }
}

function rootOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : rootOf(error.cause);
}

function largestDifference(a: readonly number[][], b: readonly number[][]): number {
  const differences = a.map((row, index) =>
    Math.max(...row.map((value, column) => Math.abs(value - (b[index]?.[column] ?? Number.NaN)))),
  );
  return Math.max(...differences);
}
