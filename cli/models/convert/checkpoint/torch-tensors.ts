import { valueCount } from '../shape.ts';
import type { CheckpointFile } from './checkpoint-file.ts';
import { bytesPerValue } from './data-types.ts';
import type { PickleValue } from './pickle/values.ts';
import { type Tensor, valueSpan } from './tensor.ts';
import { type TorchStorage, TorchTensor } from './torch-objects.ts';

/** Limit of a checkpoint's pickle, which holds names and shapes only: 40 kB for RoBERTa-base. */
export const MAX_PICKLE_BYTES = 16 * 1024 * 1024;

/** @param locate position of a storage's first value in the file, in bytes */
export function toTensors(
  file: CheckpointFile,
  stateDict: PickleValue,
  locate: (storage: TorchStorage) => number,
): Tensor[] {
  if (!(stateDict instanceof Map)) {
    throw file.fault('the file holds something other than a state dict (names and tensors)');
  }
  const tensors: Tensor[] = [];
  for (const [name, value] of stateDict) {
    if (typeof name !== 'string' || !(value instanceof TorchTensor)) continue;
    checkBounds(file, name, value);
    const { storage, offset, shape, strides } = value;
    tensors.push({
      name,
      dataType: storage.dataType,
      shape,
      strides,
      file,
      offset: locate(storage) + offset * bytesPerValue(storage.dataType),
    });
  }
  return tensors;
}

/** A view that repeats values could claim any size. */
function checkBounds(file: CheckpointFile, name: string, tensor: TorchTensor): void {
  const { storage, offset, shape, strides } = tensor;
  const end = offset + valueSpan(shape, strides);
  if (end <= storage.values && valueCount(shape) <= storage.values) return;
  throw file.fault(
    `tensor ${name} [${shape.join(', ')}] reaches to value ${end} of a storage of ${storage.values}; download the file again`,
  );
}
