import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { editHeader } from './safetensors-file.ts';

/** Written by generate.py. */
export const FIXTURES = fileURLToPath(new URL('../fixtures/', import.meta.url));

export const FAMILIES = ['bert', 'roberta', 'distilbert', 'mpnet', 'electra'] as const;

export type Batch = readonly (readonly number[])[];

export interface Expected {
  /** Token ids of the texts of each batch. */
  readonly batches: readonly Batch[];
  /** Computed by transformers, for each batch and text. */
  readonly logits: readonly (readonly (readonly number[])[])[];
  /** Of the second batch, by `hidden_act`. */
  readonly activations?: Readonly<Record<string, readonly (readonly number[])[]>>;
  /** Computed by the row-wise INT8 graph that rowwise_int8.py beside the fixtures writes. */
  readonly rowwiseInt8?: Expected['logits'];
}

export function readFixture<Json>(...path: readonly string[]): Json {
  return JSON.parse(readFileSync(join(FIXTURES, ...path), 'utf8')) as Json;
}

export function expectedOf(family: string): Expected {
  return readFixture(family, 'expected.json');
}

/** A temporary folder for a checkpoint, of files of the fixtures. */
export class CheckpointFolder {
  readonly path = mkdtempSync(join(tmpdir(), 'checkpoint-'));

  copy(...files: readonly string[]): this {
    for (const file of files) cpSync(join(FIXTURES, file), this.file(basename(file)));
    return this;
  }

  file(name: string): string {
    return join(this.path, name);
  }

  write(name: string, content: string | Uint8Array): void {
    writeFileSync(this.file(name), content);
  }

  editConfig(changes: Readonly<Record<string, unknown>>): void {
    const config = JSON.parse(readFileSync(this.file('config.json'), 'utf8'));
    this.write('config.json', JSON.stringify({ ...config, ...changes }));
  }

  renameTensors(rename: (name: string) => string): void {
    const file = readFileSync(this.file('model.safetensors'));
    const renamed = editHeader(file, (header) =>
      Object.fromEntries(Object.entries(header).map(([name, entry]) => [rename(name), entry])),
    );
    this.write('model.safetensors', renamed);
  }

  /** Makes the last value of the weights NaN. */
  poisonLastTensor(): void {
    const file = readFileSync(this.file('model.safetensors'));
    file.writeFloatLE(Number.NaN, file.length - 4);
    this.write('model.safetensors', file);
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}
