import { cpSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Bundle, PREPROCESSING_VERSION } from '../service/contract/model-manifest.ts';
import { bundleRevision, describeFiles } from '../service/inference/bundle/bundle-files.ts';
import { softmax } from '../service/inference/scores.ts';
import { assetOf, CACHE_DIR } from './assets.ts';
import { openSession } from './peers/session.ts';
import { python, run } from './python.ts';
import { encodeAll } from './tokenize.ts';

const BUILDER = fileURLToPath(new URL('./tools/roberta_shaped.py', import.meta.url));
const NAME = 'roberta-shaped';
const MAX_TOKENS = 512;
const PAD_ID = 1;

/** Weights are random: the texts only prove that every CPU and batch computes the same. */
const GOLDEN_TEXTS = ['I love this phone', 'worst day ever', 'the meeting is at 3pm'];

export interface RobertaShaped {
  /** A models folder of its own, with one bundle. */
  readonly modelsDir: string;
  readonly name: string;
  readonly fp32Path: string;
  readonly torchScriptPath: string;
}

/**
 * A RoBERTa-base-shaped bundle with random weights and twitter-roberta-base-sentiment's real
 * tokenizer, built once.
 *
 * @throws CannotRun where the tokenizer, Python or a package is missing
 */
export async function buildRobertaShaped(say: (text: string) => void): Promise<RobertaShaped> {
  const modelsDir = join(CACHE_DIR, 'models');
  const built = {
    modelsDir,
    name: NAME,
    fp32Path: join(modelsDir, 'fp32.onnx'),
    torchScriptPath: join(modelsDir, 'torchscript.pt'),
  };
  if (existsSync(join(modelsDir, 'manifest.json'))) return built;

  const tokenizer = assetOf('BENCH_MODELS_DIR', 'twitter-roberta-base-sentiment', 'tokenizer.json');
  const interpreter = python(say);
  say('building the RoBERTa-shaped model ...');
  const unfinished = `${modelsDir}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  rmSync(modelsDir, { recursive: true, force: true });
  run(interpreter, [BUILDER, unfinished]);

  const folder = join(unfinished, NAME);
  mkdirSync(folder);
  renameSync(join(unfinished, 'int8.onnx'), join(folder, 'model.onnx'));
  cpSync(tokenizer, join(folder, 'tokenizer.json'));
  await writeGoldenTexts(folder);
  const manifest = { models: [await bundleOf(folder)] };
  writeFileSync(join(unfinished, 'manifest.json'), JSON.stringify(manifest, null, 2));
  renameSync(unfinished, modelsDir);
  return built;
}

async function writeGoldenTexts(folder: string): Promise<void> {
  const session = await openSession({
    graph: join(folder, 'model.onnx'),
    optimization: 'basic',
    threads: 1,
  });
  const encodings = await encodeAll(
    join(folder, 'tokenizer.json'),
    { maxTokens: MAX_TOKENS },
    GOLDEN_TEXTS,
  );
  const lines: string[] = [];
  for (const { text, ids } of encodings) {
    lines.push(JSON.stringify({ text, probabilities: softmax(await session.run(ids)) }));
  }
  writeFileSync(join(folder, 'golden.jsonl'), `${lines.join('\n')}\n`);
}

async function bundleOf(folder: string): Promise<Bundle> {
  const files = await describeFiles(folder, ['golden.jsonl', 'model.onnx', 'tokenizer.json']);
  const third = { negative: 1 / 3, neutral: 1 / 3, positive: 1 / 3 };
  return {
    name: NAME,
    task: 'text-classification',
    source: { repository: 'bench/tools/roberta_shaped.py', revision: null },
    licence: 'Apache-2.0',
    files,
    revision: bundleRevision(files),
    graph: 'model.onnx',
    graphOptimization: 'basic',
    tokenizer: 'tokenizer.json',
    labels: ['negative', 'neutral', 'positive'],
    maxTokens: MAX_TOKENS,
    padId: PAD_ID,
    preprocessingVersion: PREPROCESSING_VERSION,
    batchInvariant: true,
    golden: {
      file: 'golden.jsonl',
      probabilities: 'probabilities',
      tolerance: 0.005,
      startUpLines: GOLDEN_TEXTS.map((_, line) => line),
    },
    validation: {
      dataset: 'none: the weights are random',
      macroRecall: 1 / 3,
      macroF1: 1 / 3,
      accuracy: 1 / 3,
      recall: third,
    },
    referenceLabelMix: third,
  };
}
