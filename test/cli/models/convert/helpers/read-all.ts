import { Checkpoint } from '../../../../../cli/models/convert/checkpoint/checkpoint.ts';
import { readTensor } from '../../../../../cli/models/convert/checkpoint/tensor.ts';

export interface ReadTensor {
  readonly shape: readonly number[];
  readonly values: readonly number[];
}

/** Every tensor of floats that a folder's checkpoint holds, in the order of their names. */
export async function readAll(folder: string): Promise<Map<string, ReadTensor>> {
  const checkpoint = await Checkpoint.open(folder);
  try {
    const all = new Map<string, ReadTensor>();
    for (const name of [...checkpoint.tensors.keys()].sort()) {
      const tensor = checkpoint.tensors.get(name)!;
      if (tensor.dataType === 'I64') continue;
      all.set(name, { shape: tensor.shape, values: [...(await readTensor(tensor))] });
    }
    return all;
  } finally {
    await checkpoint.close();
  }
}
