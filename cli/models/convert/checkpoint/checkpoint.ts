import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { ConversionError } from '../conversion-error.ts';
import { CheckpointFile } from './checkpoint-file.ts';
import { readSafetensors } from './safetensors.ts';
import { readShardNames } from './shard-index.ts';
import type { Tensor } from './tensor.ts';
import { readTorchStream } from './torch-stream.ts';
import { readTorchZip } from './torch-zip.ts';

type Reader = (file: CheckpointFile) => Promise<Tensor[]>;

/** In the order of preference. */
const WEIGHTS: readonly { readonly name: string; readonly read: Reader }[] = [
  { name: 'model.safetensors', read: readSafetensors },
  { name: 'pytorch_model.bin', read: readTorch },
];

/** The weights of a model: tensors by name, read when they are needed. */
export class Checkpoint {
  readonly tensors: ReadonlyMap<string, Tensor>;
  readonly #files: readonly CheckpointFile[];

  private constructor(tensors: ReadonlyMap<string, Tensor>, files: readonly CheckpointFile[]) {
    this.tensors = tensors;
    this.#files = files;
  }

  /** @throws ConversionError when the folder has no weights, or they cannot be read */
  static async open(folder: string): Promise<Checkpoint> {
    const { names, read } = await findWeights(folder);
    const files: CheckpointFile[] = [];
    const tensors = new Map<string, Tensor>();
    try {
      for (const name of names) {
        const file = await CheckpointFile.open(join(folder, name));
        files.push(file);
        for (const tensor of await read(file)) tensors.set(tensor.name, tensor);
      }
    } catch (error) {
      await closeAll(files);
      throw error;
    }
    return new Checkpoint(tensors, files);
  }

  async close(): Promise<void> {
    await closeAll(this.#files);
  }
}

async function closeAll(files: readonly CheckpointFile[]): Promise<void> {
  await Promise.all(files.map((file) => file.close()));
}

async function findWeights(folder: string): Promise<{ names: readonly string[]; read: Reader }> {
  for (const { name, read } of WEIGHTS) {
    if (await exists(join(folder, name))) return { names: [name], read };
    const index = join(folder, `${name}.index.json`);
    if (await exists(index)) return { names: await readShardNames(index), read };
  }
  const names = WEIGHTS.flatMap(({ name }) => [name, `${name}.index.json`]);
  throw new ConversionError(`no weights found; the folder needs one of ${names.join(', ')}`);
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

async function readTorch(file: CheckpointFile): Promise<Tensor[]> {
  const start = Buffer.from(await file.read(0, Math.min(file.bytes, 4)));
  if (start.toString('latin1') === 'PK\x03\x04') return readTorchZip(file);
  if (start[0] === 0x80) return readTorchStream(file);
  throw file.fault('not a checkpoint of torch.save; download the file again');
}
