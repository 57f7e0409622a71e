import { cpSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Manifest } from '../../service/inference/bundle/manifest.ts';
import { type ToolEnd, ToolProcess } from './tool-process.ts';

export const EMBEDDED = 'minilm-tweet-sentiment';

/** A copy of models/, and `tss models` on it. */
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

  /** Runs `tss models` on the folder, with nothing but the given environment. */
  run(
    words: readonly string[],
    environment: Readonly<Record<string, string>> = {},
  ): Promise<ToolEnd> {
    return this.start(words, environment).ended;
  }

  start(words: readonly string[], environment: Readonly<Record<string, string>> = {}): ToolProcess {
    return ToolProcess.start(['models', ...words], {
      environment: { MODELS_DIR: this.path, ...environment },
    });
  }
}
