import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Written by generate.py. */
export const FIXTURES = fileURLToPath(new URL('../fixtures/', import.meta.url));

export const FAMILIES = ['bert', 'roberta', 'distilbert', 'mpnet', 'electra'] as const;

export type Batch = readonly (readonly number[])[];

export interface Expected {
  /** Token ids of the texts of each batch. */
  readonly batches: readonly Batch[];
  /** What transformers computes: for each batch and text. */
  readonly logits: readonly (readonly (readonly number[])[])[];
  /** Of the second batch, by `hidden_act`. */
  readonly activations?: Readonly<Record<string, readonly (readonly number[])[]>>;
  readonly rowwiseInt8?: Expected['logits'];
}

export function readFixture<Json>(...path: readonly string[]): Json {
  return JSON.parse(readFileSync(join(FIXTURES, ...path), 'utf8')) as Json;
}

export function expectedOf(family: string): Expected {
  return readFixture(family, 'expected.json');
}

/** A temporary folder with the given files of the fixtures, as a checkpoint has them. */
export class CheckpointFolder {
  readonly path = mkdtempSync(join(tmpdir(), 'checkpoint-'));

  copy(...files: readonly string[]): this {
    for (const file of files)
      cpSync(join(FIXTURES, file), join(this.path, file.split('/').at(-1)!));
    return this;
  }

  file(name: string): string {
    return join(this.path, name);
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}
