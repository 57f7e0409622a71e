import { resolve } from 'node:path';
import { type Bundle, findBundle, readManifest } from '../service/inference/bundle/manifest.ts';
import { assetOf } from './assets.ts';
import type { ModelKey } from './model-key.ts';
import type { SessionSettings } from './peers/session.ts';
import { buildRobertaShaped, torchScriptOfRobertaShaped } from './roberta-shaped.ts';

/** A model under test, with what its peers load. */
export interface BenchModel {
  readonly key: ModelKey;
  /** Value of MODELS_DIR. */
  readonly modelsDir: string;
  readonly bundle: Bundle;
  readonly graphPath: string;
  readonly tokenizerPath: string;
  /** @throws CannotRun where it is not on this machine */
  readonly fp32Path: () => string;
  /**
   * The weights as the replaced system loads them. Absent: it is not measured with this model.
   *
   * @throws CannotRun
   */
  readonly torchScriptPath?: () => Promise<string>;
}

/** Settings of a bare session on a model. */
export function sessionOf(
  { graphPath, bundle }: Pick<BenchModel, 'graphPath' | 'bundle'>,
  threads = 1,
): SessionSettings {
  return { graph: graphPath, optimization: bundle.graphOptimization, threads, padId: bundle.padId };
}

/** @throws CannotRun */
export async function loadModel(key: ModelKey, say: (text: string) => void): Promise<BenchModel> {
  if (key === 'roberta') {
    const { modelsDir, name, fp32Path } = await buildRobertaShaped(say);
    const model = await modelOf(key, modelsDir, name);
    const torchScriptPath = () => torchScriptOfRobertaShaped(say);
    return { ...model, fp32Path: () => fp32Path, torchScriptPath };
  }
  const model = await modelOf(key, resolve('models'), 'minilm-tweet-sentiment');
  const fp32Path = () => assetOf('BENCH_MODELS_DIR', 'minilm-tweet-sentiment-fp32', 'model.onnx');
  return { ...model, fp32Path };
}

async function modelOf(key: ModelKey, modelsDir: string, name: string) {
  const bundle = findBundle(await readManifest(modelsDir), name);
  const file = (path: string) => resolve(modelsDir, name, path);
  return {
    key,
    modelsDir,
    bundle,
    graphPath: file(bundle.graph),
    tokenizerPath: file(bundle.tokenizer),
  };
}
