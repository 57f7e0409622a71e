import { MODEL_FILE_NAME } from '../../service/contract/model-manifest.ts';
import type { Precision } from './convert/graph/classifier-graph.ts';
import { SourceError, type SourceFile } from './source.ts';
import { VOCABULARY_FILES, type VocabularyKind } from './tokenizer/vocabulary-kind.ts';

export const TOKENIZER_FILE = 'tokenizer.json';

/** Graphs of Optimum and Transformers.js, smallest first. */
const USUAL_GRAPHS = [
  'onnx/model_quantized.onnx',
  'model_quantized.onnx',
  'onnx/model.onnx',
  'model.onnx',
];

/** Weights that can be converted, or the index of their shards, in the order of preference. */
export const WEIGHTS = [
  'model.safetensors',
  'model.safetensors.index.json',
  'pytorch_model.bin',
  'pytorch_model.bin.index.json',
];

/** Origin of the graph: taken as it is, or converted from weights. */
export type GraphChoice =
  | { readonly kind: 'graph'; readonly file: SourceFile }
  | { readonly kind: 'weights'; readonly file: SourceFile; readonly precision: Precision };

export interface GraphWish {
  /** A graph of the source; absent: a graph of a usual name, else weights. */
  readonly graph: string | undefined;
  /** Given: weights are converted, even where the source has a graph. */
  readonly precision: Precision | undefined;
}

/** @throws SourceError when the source has no such file, or nothing that can be served */
export function chooseGraph(
  offered: readonly SourceFile[],
  { graph, precision }: GraphWish,
): GraphChoice {
  if (graph !== undefined) return { kind: 'graph', file: usableGraph(offered, graph) };
  const usual = firstOf(offered, USUAL_GRAPHS);
  if (usual !== undefined && precision === undefined) return { kind: 'graph', file: usual };
  const weights = firstOf(offered, WEIGHTS);
  if (weights !== undefined) {
    return { kind: 'weights', file: weights, precision: precision ?? 'int8' };
  }
  const graphs = offered.map((file) => file.name).filter((name) => name.endsWith('.onnx'));
  throw fault(
    graphs.length === 0 || precision !== undefined
      ? `The source has no weights that can be converted (${WEIGHTS.join(', ')})` +
          (graphs.length === 0 ? ' and no ONNX graph' : '; omit --precision to take its graph')
      : `Say by --file which graph to take: ${graphs.join(', ')}`,
  );
}

/** The tokenizer's files: a tokenizer.json, or a vocabulary that one is built from. */
export interface TokenizerChoice {
  readonly vocabulary: VocabularyKind | undefined;
  readonly files: readonly SourceFile[];
}

/** @throws SourceError when the source has neither */
export function chooseTokenizer(offered: readonly SourceFile[]): TokenizerChoice {
  const ready = firstOf(offered, [TOKENIZER_FILE]);
  if (ready !== undefined) return { vocabulary: undefined, files: [ready] };
  for (const [kind, names] of Object.entries(VOCABULARY_FILES)) {
    const files = optionalFiles(offered, names);
    if (files.length === names.length) return { vocabulary: kind as VocabularyKind, files };
  }
  const sets = Object.values(VOCABULARY_FILES).map((names) => names.join(' with '));
  throw fault(
    `There is no tokenizer: needed is ${[TOKENIZER_FILE, ...sets].join(', or ')}; the source has ` +
      shown(offered),
  );
}

/** The files of those names that the source has. */
export function optionalFiles(
  offered: readonly SourceFile[],
  names: readonly string[],
): SourceFile[] {
  return offered.filter((file) => names.includes(file.name));
}

/** @throws SourceError naming what the source has instead */
export function requiredFile(offered: readonly SourceFile[], name: string): SourceFile {
  const file = firstOf(offered, [name]);
  if (file !== undefined) return file;
  throw fault(`There is no ${name}; the source has ${shown(offered)}`);
}

function usableGraph(offered: readonly SourceFile[], name: string): SourceFile {
  const file = firstOf(offered, [name]);
  if (file === undefined) {
    const weights = firstOf(offered, WEIGHTS);
    const hint = weights === undefined ? '' : `; without --file, ${weights.name} is converted`;
    throw fault(`There is no ${name}; the source has ${shown(offered)}${hint}`);
  }
  if (MODEL_FILE_NAME.test(name)) return file;
  throw fault(
    `The graph's name "${name}" cannot be in the manifest, where names consist of A-Z, a-z, 0-9, ` +
      '"_", "." and "-", with "/" between folders; rename the file',
  );
}

function firstOf(offered: readonly SourceFile[], names: readonly string[]): SourceFile | undefined {
  for (const name of names) {
    const file = offered.find((candidate) => candidate.name === name);
    if (file !== undefined) return file;
  }
  return undefined;
}

function shown(offered: readonly SourceFile[]): string {
  const names = offered.slice(0, 20).map((file) => file.name);
  return names.join(', ') || 'nothing';
}

function fault(message: string): SourceError {
  return new SourceError(message, { retryable: false });
}
