import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  bundleRevision,
  describeFiles,
} from '../../../../service/inference/bundle/bundle-files.ts';
import type { Bundle } from '../../../../service/inference/bundle/manifest.ts';
import { byteLevelJson } from './byte-level-definition.ts';

/** `alone`: the stand-in worker's probabilities of a text of three tokens in a batch of one. */
const GOLDEN = [
  { text: 'the lowing', probabilities: [0.2, 0.3, 0.5] },
  { text: 'a', probabilities: [0.2, 0.3, 0.5], alone: [0.84379, 0.04201, 0.1142] },
  { text: 'b', alone: [0.84379, 0.04201, 0.1142] },
];

/** A models folder with one bundle, whose graph no runtime could load. */
export class TinyModels {
  readonly dir: string;
  readonly bundleDir: string;
  readonly bundle: Bundle;

  private constructor(dir: string, bundle: Bundle) {
    this.dir = dir;
    this.bundleDir = join(dir, bundle.name);
    this.bundle = bundle;
  }

  static async create(): Promise<TinyModels> {
    const dir = await mkdtemp(join(tmpdir(), 'models-'));
    const folder = join(dir, 'tiny');
    await mkdir(folder);
    await writeFile(join(folder, 'model.onnx'), 'not really a graph');
    await writeFile(join(folder, 'tokenizer.json'), JSON.stringify(byteLevelJson()));
    await writeFile(
      join(folder, 'golden.jsonl'),
      GOLDEN.map((line) => JSON.stringify(line)).join('\n'),
    );
    const files = await describeFiles(folder, ['tokenizer.json', 'model.onnx', 'golden.jsonl']);
    const models = new TinyModels(dir, bundleOf(files));
    await models.writeManifest();
    return models;
  }

  async writeManifest(changes: object = {}): Promise<void> {
    const manifest = { models: [{ ...this.bundle, ...changes }] };
    await writeFile(join(this.dir, 'manifest.json'), JSON.stringify(manifest));
  }

  async remove(): Promise<void> {
    await rm(this.dir, { recursive: true });
  }
}

function bundleOf(files: Bundle['files']): Bundle {
  return {
    name: 'tiny',
    task: 'text-classification',
    source: { repository: 'nobody/tiny', revision: null },
    licence: 'Apache-2.0',
    files,
    revision: bundleRevision(files),
    graph: 'model.onnx',
    graphOptimization: 'basic',
    tokenizer: 'tokenizer.json',
    labels: ['negative', 'neutral', 'positive'],
    maxTokens: 32,
    padId: 1,
    preprocessingVersion: 1,
    batchInvariant: true,
    golden: {
      file: 'golden.jsonl',
      probabilities: 'probabilities',
      tolerance: 0.005,
      startUpLines: [0, 1],
    },
    validation: {
      dataset: 'none',
      macroRecall: 0.5,
      macroF1: 0.5,
      accuracy: 0.5,
      recall: { negative: 0.5, neutral: 0.5, positive: 0.5 },
    },
    referenceLabelMix: { negative: 0.3, neutral: 0.3, positive: 0.4 },
  };
}
