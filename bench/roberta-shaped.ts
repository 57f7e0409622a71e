import { existsSync, mkdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { assetOf, CACHE_DIR } from './assets.ts';
import { python, run } from './python.ts';
import { addModel } from './stand-in/add-model.ts';
import { writeStandIn } from './stand-in/write-stand-in.ts';

const EXPORT = fileURLToPath(new URL('./peers/replaced-system/export.py', import.meta.url));
const FOLDER = join(CACHE_DIR, 'roberta-shaped');
const NAMES = { int8: 'roberta-shaped', fp32: 'roberta-shaped-fp32' } as const;

export interface RobertaShaped {
  /** A models folder with the model in both formats. */
  readonly modelsDir: string;
  readonly name: string;
  readonly fp32Path: string;
}

/**
 * A RoBERTa-base-shaped model with random weights and twitter-roberta-base-sentiment's real
 * tokenizer, added once by `tss models add`.
 *
 * @throws CannotRun where the tokenizer is missing
 */
export async function buildRobertaShaped(say: (text: string) => void): Promise<RobertaShaped> {
  const modelsDir = join(FOLDER, 'models');
  const built = {
    modelsDir,
    name: NAMES.int8,
    fp32Path: join(modelsDir, NAMES.fp32, 'model.onnx'),
  };
  if (existsSync(modelsDir)) return built;

  const tokenizer = assetOf('BENCH_MODELS_DIR', 'twitter-roberta-base-sentiment', 'tokenizer.json');
  const weights = await writeStandIn('roberta-base', say);
  say('adding the RoBERTa-shaped model ...');
  rmSync(FOLDER, { recursive: true, force: true });
  const repository = join(FOLDER, 'repository');
  mkdirSync(repository, { recursive: true });
  symlinkSync(resolve(tokenizer), join(repository, 'tokenizer.json'));
  for (const file of ['config.json', 'model.safetensors']) {
    symlinkSync(join(weights, file), join(repository, file));
  }
  const unfinished = join(FOLDER, 'models.unfinished');
  for (const precision of ['int8', 'fp32'] as const) {
    const name = NAMES[precision];
    await addModel({
      name,
      folder: repository,
      precision,
      modelsDir: unfinished,
      preprocessing: ['unescape-html', 'mask-users-and-links'],
    });
  }
  renameSync(unfinished, modelsDir);
  return built;
}

/**
 * The same weights as TorchScript, as the replaced system loads them; written once.
 *
 * @throws CannotRun where Python or a package is missing
 */
export async function torchScriptOfRobertaShaped(say: (text: string) => void): Promise<string> {
  const file = join(FOLDER, 'torchscript.pt');
  if (existsSync(file)) return file;
  const weights = await writeStandIn('roberta-base', say);
  run(python('replaced-system', say), [EXPORT, weights, `${file}.unfinished`]);
  renameSync(`${file}.unfinished`, file);
  return file;
}
