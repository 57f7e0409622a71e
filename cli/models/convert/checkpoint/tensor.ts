import { valueCount } from '../shape.ts';
import type { CheckpointFile } from './checkpoint-file.ts';
import { bytesPerValue, type DataType, toFloat32 } from './data-types.ts';

/** Location of a tensor inside a checkpoint: a view of values that lie in one file. */
export interface Tensor {
  readonly name: string;
  readonly dataType: DataType;
  readonly shape: readonly number[];
  /** In values, one for each dimension. */
  readonly strides: readonly number[];
  readonly file: CheckpointFile;
  /** Position of the first value in the file, in bytes. */
  readonly offset: number;
}

export function rowMajorStrides(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length).fill(1);
  for (let axis = shape.length - 2; axis >= 0; axis--) {
    strides[axis] = (strides[axis + 1] ?? 1) * (shape[axis + 1] ?? 1);
  }
  return strides;
}

/** Number of stored values that a view reaches over, from its first to its last. */
export function valueSpan(shape: readonly number[], strides: readonly number[]): number {
  if (valueCount(shape) === 0) return 0;
  return shape.reduce((last, size, axis) => last + (size - 1) * (strides[axis] ?? 0), 0) + 1;
}

/** All values of a tensor in row-major order. */
export function readTensor(tensor: Tensor): Promise<Float32Array<ArrayBuffer>> {
  return readView(tensor, tensor.shape, 0);
}

/** Rows of a tensor, along its first dimension. */
export function readRows(
  tensor: Tensor,
  firstRow: number,
  rows: number,
): Promise<Float32Array<ArrayBuffer>> {
  const [, ...rest] = tensor.shape;
  return readView(tensor, [rows, ...rest], firstRow * (tensor.strides[0] ?? 0));
}

async function readView(
  { name, file, dataType, strides, offset }: Tensor,
  shape: readonly number[],
  start: number,
): Promise<Float32Array<ArrayBuffer>> {
  const width = bytesPerValue(dataType);
  const span = valueSpan(shape, strides);
  const stored = toFloat32(dataType, await file.read(offset + start * width, span * width));
  if (stored === undefined) {
    throw file.fault(`tensor ${name} holds ${dataType} values; F32, F16 or BF16 is needed`);
  }
  const values = isRowMajor(shape, strides) ? stored : gather(stored, shape, strides);
  if (!areFinite(values)) {
    throw file.fault(`tensor ${name} holds NaN or infinity; the checkpoint is damaged`);
  }
  return values;
}

function areFinite(values: Float32Array): boolean {
  for (const value of values) if (!Number.isFinite(value)) return false;
  return true;
}

/** The stride of a dimension of one value means nothing. */
function isRowMajor(shape: readonly number[], strides: readonly number[]): boolean {
  const dense = rowMajorStrides(shape);
  return shape.every((size, axis) => size === 1 || strides[axis] === dense[axis]);
}

function gather(
  stored: Float32Array,
  shape: readonly number[],
  strides: readonly number[],
): Float32Array<ArrayBuffer> {
  const values = new Float32Array(valueCount(shape));
  const index = new Array<number>(shape.length).fill(0);
  let position = 0;
  for (let written = 0; written < values.length; written++) {
    values[written] = stored[position] ?? Number.NaN;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const stride = strides[axis] ?? 0;
      const size = shape[axis] ?? 1;
      const next = (index[axis] ?? 0) + 1;
      if (next < size) {
        index[axis] = next;
        position += stride;
        break;
      }
      index[axis] = 0;
      position -= (size - 1) * stride;
    }
  }
  return values;
}
