import { lstat, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import {
  type Bundle,
  type Manifest,
  MODEL_NAME,
  MODEL_NAME_RULE,
  PREPROCESSING_VERSION,
} from '../../service/contract/model-manifest.ts';
import { bundleRevision, describeFiles } from '../../service/inference/bundle/bundle-files.ts';
import type { ProgressOutput } from '../kit/progress.ts';
import {
  CONFIG_FILE,
  describeModel,
  TOKENIZER_CONFIG_FILE,
  TOKENIZER_FILE,
} from './describe-model.ts';
import { download } from './download.ts';
import { firstPredictions } from './first-predictions.ts';
import { type ModelSource, SourceError, type SourceFile } from './source.ts';
import { writeManifest } from './write-manifest.ts';

export interface AddOptions {
  readonly modelsDir: string;
  readonly manifest: Manifest;
  readonly name: string;
  /** Opened once it is clear that the model has a place. */
  readonly source: () => Promise<ModelSource>;
  /** The ONNX graph; absent: the first there is of the names that exporters use. */
  readonly graph: string | undefined;
  /** In the order of the logits; absent: as config.json says. */
  readonly labels: readonly string[] | undefined;
  readonly workerUrl: URL;
  readonly output: ProgressOutput;
}

/** Of Optimum and Transformers.js, smallest first. */
const USUAL_GRAPHS = [
  'onnx/model_quantized.onnx',
  'model_quantized.onnx',
  'onnx/model.onnx',
  'model.onnx',
];

const GOLDEN_FILE = 'golden.jsonl';

/** Another CPU rounds the other way; an ordinary INT8 graph differs by more than a row-wise one. */
const TOLERANCE = 0.005;
const INT8_TOLERANCE = 0.05;
/** Ordinary dynamic INT8 takes its scale from the whole batch: up to 0.1 was measured. */
const INT8_BATCH_TOLERANCE = 0.15;

/**
 * Downloads a model, tries it and locks it in the manifest. What it answers today is kept as
 * its golden texts: a service that computes something else will not start.
 *
 * @throws SourceError, and leaves manifest and models as they were
 */
export async function add(options: AddOptions): Promise<Bundle> {
  const { modelsDir, manifest, name, output } = options;
  checkName(name);
  const folder = join(modelsDir, name);
  const staging = join(modelsDir, '.downloads', name);
  await refuseToReplace(folder);
  const source = await options.source();
  const offered = await source.list();
  const graph = chooseGraph(offered, options.graph);
  const names = [CONFIG_FILE, TOKENIZER_CONFIG_FILE, TOKENIZER_FILE, graph];
  for (const file of names.map((wanted) => find(offered, wanted))) {
    await download(source, file, join(staging, file.name), { output });
  }

  const model = {
    graph,
    // A graph from elsewhere is seldom fused.
    graphOptimization: 'all' as const,
    tokenizer: TOKENIZER_FILE,
    ...(await describeModel(staging, options.labels)),
  };
  const { texts, batchInvariant } = await firstPredictions(staging, model, options.workerUrl);
  const lines = texts.map((line) => JSON.stringify(line));
  await writeFile(join(staging, GOLDEN_FILE), `${lines.join('\n')}\n`);

  const files = await describeFiles(staging, [...names, GOLDEN_FILE]);
  const bundle: Bundle = {
    name,
    task: 'text-classification',
    source: source.origin,
    licence: source.licence ?? 'not stated',
    files,
    revision: bundleRevision(files),
    ...model,
    preprocessingVersion: PREPROCESSING_VERSION,
    batchInvariant,
    golden: {
      file: GOLDEN_FILE,
      probabilities: 'probabilities',
      tolerance: batchInvariant ? TOLERANCE : INT8_TOLERANCE,
      ...(batchInvariant ? {} : { batchTolerance: INT8_BATCH_TOLERANCE }),
      startUpLines: texts.map((_, line) => line),
    },
  };
  await keepOnly(
    staging,
    files.map((file) => file.name),
  );
  await rename(staging, folder);
  try {
    await writeManifest(modelsDir, { models: [...manifest.models, bundle] });
  } catch (error) {
    await rename(folder, staging);
    throw error;
  }
  return bundle;
}

function checkName(name: string): void {
  if (MODEL_NAME.test(name)) return;
  throw new SourceError(
    `"${name}" cannot be a model's name, which is ${MODEL_NAME_RULE}; give one by --name`,
    { retryable: false },
  );
}

/** Refuses a folder that is not in the manifest: it may be the user's own. */
async function refuseToReplace(folder: string): Promise<void> {
  const there = await lstat(folder).catch(() => undefined);
  if (there === undefined) return;
  throw new SourceError(
    `${folder} exists already, and is no model of the manifest: move it away, or give another name ` +
      'by --name',
    { retryable: false },
  );
}

/** Removes what an earlier attempt with another graph has left. */
async function keepOnly(folder: string, names: readonly string[]): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    const name = relative(folder, path).split(sep).join('/');
    if (!entry.isDirectory() && !names.includes(name)) await rm(path);
  }
}

function chooseGraph(offered: readonly SourceFile[], wanted: string | undefined): string {
  if (wanted !== undefined) return wanted;
  const graph = USUAL_GRAPHS.find((name) => offered.some((file) => file.name === name));
  if (graph !== undefined) return graph;
  const graphs = offered.map((file) => file.name).filter((name) => name.endsWith('.onnx'));
  throw new SourceError(
    graphs.length === 0
      ? 'There is no ONNX graph; export one with `optimum-cli export onnx`'
      : `Say by --file which graph to take: ${graphs.join(', ')}`,
    { retryable: false },
  );
}

function find(offered: readonly SourceFile[], name: string): SourceFile {
  const file = offered.find((candidate) => candidate.name === name);
  if (file === undefined) {
    const names = offered.slice(0, 20).map((candidate) => candidate.name);
    throw new SourceError(`There is no ${name}; the source has ${names.join(', ') || 'nothing'}`, {
      retryable: false,
    });
  }
  return file;
}
