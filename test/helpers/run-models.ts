import { execFile, spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Manifest } from '../../service/inference/bundle/manifest.ts';

const COMMAND = resolve('dist/cli/models.js');
const TIMEOUT_MS = 60_000;

export const EMBEDDED = 'minilm-tweet-sentiment';

/** The embedded model's files, as a hub would hold them. */
export function embeddedFiles(): Map<string, Buffer> {
  const folder = join('models', EMBEDDED);
  const files = new Map(
    ['config.json', 'tokenizer.json', 'tokenizer_config.json'].map((name) => [
      name,
      readFileSync(join(folder, name)),
    ]),
  );
  return files.set('onnx/model_quantized.onnx', readFileSync(join(folder, 'model.onnx')));
}

/** A models folder of its own, and `npm run models` on it. */
export class ModelsFolder {
  readonly path: string;

  /** @param parent the folder to make it in */
  constructor(parent = tmpdir()) {
    this.path = mkdtempSync(join(parent, 'models-'));
    cpSync('models', this.path, { recursive: true });
  }

  get manifest(): Manifest {
    return JSON.parse(readFileSync(join(this.path, 'manifest.json'), 'utf8')) as Manifest;
  }

  /** Names of the files of a bundle that are there. */
  files(name: string): string[] {
    return readdirSync(join(this.path, name), { recursive: true, encoding: 'utf8' }).sort();
  }

  /** Runs the built command with nothing but the given environment. */
  run(
    words: readonly string[],
    environment: Readonly<Record<string, string>> = {},
  ): Promise<{ code: number; stdout: string; stderr: string }> {
    return new Promise((done) => {
      const env = { MODELS_DIR: this.path, ...environment };
      const options = { env, timeout: TIMEOUT_MS };
      execFile(process.execPath, [COMMAND, ...words], options, (error, stdout, stderr) =>
        done({
          code: typeof error?.code === 'number' ? error.code : error ? -1 : 0,
          stdout,
          stderr,
        }),
      );
    });
  }

  /** Starts a command and kills it once its stderr shows the pattern. */
  killWhen(
    pattern: RegExp,
    words: readonly string[],
    environment: Readonly<Record<string, string>>,
  ): Promise<void> {
    const child = spawn(process.execPath, [COMMAND, ...words], {
      env: { MODELS_DIR: this.path, ...environment },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let shown = '';
    let isSeen = false;
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      shown += text;
      if (!pattern.test(shown)) return;
      isSeen = true;
      child.kill('SIGKILL');
    });
    const timer = setTimeout(() => child.kill('SIGKILL'), TIMEOUT_MS);
    return new Promise((resolve, reject) => {
      child.on('close', () => {
        clearTimeout(timer);
        if (isSeen) resolve();
        else reject(new Error(`the command ended without ${pattern}:\n${shown}`));
      });
    });
  }
}
