import Type, { type Static } from 'typebox';
import Value from 'typebox/value';
import { valueCount } from '../shape.ts';
import type { CheckpointFile } from './checkpoint-file.ts';
import { bytesPerValue, isDataType } from './data-types.ts';
import { rowMajorStrides, type Tensor } from './tensor.ts';

/** A header has about 100 bytes a tensor. */
const MAX_HEADER_BYTES = 16 * 1024 * 1024;
const LENGTH_BYTES = 8;

const Size = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
const Entry = Type.Object({
  dtype: Type.String(),
  shape: Type.Array(Size, { maxItems: 16 }),
  data_offsets: Type.Tuple([Size, Size]),
});

/** The tensors of a safetensors file: a JSON header, then the values one tensor after another. */
export async function readSafetensors(file: CheckpointFile): Promise<Tensor[]> {
  const { header, dataStart } = await readHeader(file);
  const tensors = Object.entries(header)
    .filter(([name]) => name !== '__metadata__')
    .map(([name, entry]) => toTensor(file, dataStart, name, entry));
  refuseOverlaps(file, tensors);
  return tensors;
}

async function readHeader(
  file: CheckpointFile,
): Promise<{ header: Record<string, unknown>; dataStart: number }> {
  const start = await file.read(0, LENGTH_BYTES);
  const length = Number(new DataView(start.buffer).getBigUint64(0, true));
  if (length > MAX_HEADER_BYTES || LENGTH_BYTES + length > file.bytes) {
    throw file.fault(
      `not a safetensors file: a header of ${length} bytes is announced, the file has ${file.bytes}`,
    );
  }
  const text = new TextDecoder().decode(await file.read(LENGTH_BYTES, length));
  let header: unknown;
  try {
    header = JSON.parse(text);
  } catch (error) {
    throw file.fault('the header is not JSON; download the file again', error);
  }
  if (typeof header !== 'object' || header === null || Array.isArray(header)) {
    throw file.fault('the header is not a JSON object; download the file again');
  }
  return { header: header as Record<string, unknown>, dataStart: LENGTH_BYTES + length };
}

function toTensor(file: CheckpointFile, dataStart: number, name: string, entry: unknown): Tensor {
  if (!Value.Check(Entry, entry)) throw file.fault(`the header describes tensor ${name} wrongly`);
  const { dtype, shape, data_offsets: offsets }: Static<typeof Entry> = entry;
  if (!isDataType(dtype)) throw file.fault(`tensor ${name} has the unknown type ${dtype}`);
  const [begin, end] = offsets;
  const needed = valueCount(shape) * bytesPerValue(dtype);
  if (end - begin !== needed || dataStart + end > file.bytes) {
    throw file.fault(
      `tensor ${name} of ${dtype} [${shape.join(', ')}] needs ${needed} bytes, and lies at ${begin} to ${end} of ${file.bytes - dataStart}; download the file again`,
    );
  }
  return {
    name,
    dataType: dtype,
    shape,
    strides: rowMajorStrides(shape),
    file,
    offset: dataStart + begin,
  };
}

function refuseOverlaps(file: CheckpointFile, tensors: readonly Tensor[]): void {
  const sorted = [...tensors].sort((a, b) => a.offset - b.offset);
  let end = 0;
  let before = '';
  for (const { name, offset, shape, dataType } of sorted) {
    const bytes = valueCount(shape) * bytesPerValue(dataType);
    if (bytes === 0) continue;
    if (offset < end) throw file.fault(`tensors ${before} and ${name} overlap`);
    end = offset + bytes;
    before = name;
  }
}
