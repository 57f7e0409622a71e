import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GraphBuilder } from '../../cli/models/convert/onnx/graph-builder.ts';
import { writeModel } from '../../cli/models/convert/onnx/write-model.ts';
import { bundleRevision, describeFiles } from '../../service/inference/bundle/bundle-files.ts';
import type { Manifest } from '../../service/inference/bundle/manifest.ts';
import { softmax } from '../../service/inference/scores.ts';
import { EMBEDDED } from './run-models.ts';

/** Name of the model. */
export const BANANA = 'banana';

/** Logits that a word adds to those of a text: negative, neutral, positive. */
const WORDS = {
  love: [0, 0, 5],
  hate: [5, 0, 0],
  banana: [Number.NaN, Number.NaN, Number.NaN],
} as const;

/**
 * Makes a models folder with one real model that gives NaN for texts with "banana". Its graph
 * adds up the logits of words; the tokenizer is the embedded model's.
 *
 * @returns the folder's path
 */
export async function makeBananaModels(): Promise<string> {
  const models = mkdtempSync(join(tmpdir(), 'banana-models-'));
  const folder = join(models, BANANA);
  await mkdir(folder);
  cpSync(join('models', EMBEDDED, 'tokenizer.json'), join(folder, 'tokenizer.json'));
  await writeBananaGraph(join(folder, 'model.onnx'));
  const golden = { text: 'love', probabilities: softmax(WORDS.love) };
  writeFileSync(join(folder, 'golden.jsonl'), `${JSON.stringify(golden)}\n`);
  const manifest = JSON.parse(readFileSync(join('models', 'manifest.json'), 'utf8')) as Manifest;
  const files = await describeFiles(folder, ['golden.jsonl', 'model.onnx', 'tokenizer.json']);
  const bundle = {
    ...manifest.models.find(({ name }) => name === EMBEDDED),
    name: BANANA,
    files,
    revision: bundleRevision(files),
    golden: {
      file: 'golden.jsonl',
      probabilities: 'probabilities',
      tolerance: 0.005,
      startUpLines: [0],
    },
  };
  writeFileSync(join(models, 'manifest.json'), JSON.stringify({ models: [bundle] }));
  return models;
}

/** Writes the graph: a table of logits by token, summed over a text. */
async function writeBananaGraph(path: string): Promise<void> {
  const tokenizer = readFileSync(join('models', EMBEDDED, 'tokenizer.json'), 'utf8');
  const ids: Record<string, number> = JSON.parse(tokenizer).model.vocab;
  const tokens = Object.keys(ids).length;
  const table = new Float32Array(3 * tokens);
  for (const [word, logits] of Object.entries(WORDS)) table.set(logits, 3 * ids[word]!);
  const graph = new GraphBuilder();
  const weights = graph.floats('table', [tokens, 3], async () => table);
  const byToken = graph.node('Gather', [weights, 'input_ids']);
  graph.node('ReduceSum', [byToken, graph.ints('axes', [1])], {
    attributes: { keepdims: { int: 0 } },
    output: 'logits',
  });
  const shape = ['batch', 'tokens'];
  await writeModel(path, {
    graph,
    inputs: [{ name: 'input_ids', type: 'int64', shape }],
    outputs: [{ name: 'logits', type: 'float', shape: ['batch', 3] }],
  });
}
