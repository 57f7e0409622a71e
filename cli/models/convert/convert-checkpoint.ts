import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Checkpoint } from './checkpoint/checkpoint.ts';
import { ConversionError } from './conversion-error.ts';
import { describeClassifier } from './families/describe-classifier.ts';
import { classifierGraph, type Precision } from './graph/classifier-graph.ts';
import { Weights } from './graph/weights.ts';
import { writeModel } from './onnx/write-model.ts';

export interface ConvertOptions {
  /** A checkpoint as transformers saves it: config.json, and the weights as safetensors or .bin. */
  readonly folder: string;
  readonly precision: Precision;
  /** Path of the ONNX graph. */
  readonly out: string;
  /** See `WriteOptions`. */
  readonly weightsBesideFrom?: number;
}

/**
 * Converts a sequence classifier to an ONNX graph, with ONNX Runtime's fused operators: load it
 * with graph optimization `basic`.
 *
 * @throws ConversionError, and leaves no graph behind
 */
export async function convertCheckpoint(options: ConvertOptions): Promise<void> {
  const { folder, precision, out, weightsBesideFrom = Infinity } = options;
  const classifier = describeClassifier(await readConfig(join(folder, 'config.json')));
  const checkpoint = await Checkpoint.open(folder);
  try {
    const weights = new Weights(checkpoint.tensors, classifier.prefix);
    const graph = classifierGraph(classifier, weights, precision);
    await writeModel(out, graph, { weightsBesideFrom });
  } finally {
    await checkpoint.close();
  }
}

async function readConfig(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ConversionError(`config.json cannot be read: ${reason}`, { cause });
  }
}
