import { cpSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { copyBuildContext } from '../../script/image/lib/build-context.ts';

/** A copy of what builds the image and synthesizes the stacks, to be changed and deployed from. */
export class Checkout {
  readonly folder = copyBuildContext();

  constructor() {
    for (const part of ['bin', 'cdk.json', 'cli', 'lib', 'script', 'stages']) {
      cpSync(part, join(this.folder, part), { recursive: true });
    }
    symlinkSync(resolve('node_modules'), join(this.folder, 'node_modules'));
  }

  writeStageFile(stage: string, values: unknown): void {
    writeFileSync(join(this.folder, 'stages', `${stage}.json`), JSON.stringify(values));
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
