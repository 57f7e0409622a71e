import { type FileHandle, open } from 'node:fs/promises';
import { seededRandom } from '../../script/lib/seeded-random.ts';
import type { TensorLayout } from './tensors.ts';

const BYTES_PER_VALUE = 4;
const VALUES_AT_ONCE = 1 << 20;
const SEED = 20_211_115;

/**
 * Writes FP32 tensors as a safetensors file, a few megabytes at a time. The same layout gives the
 * same bytes.
 */
export async function writeRandomSafetensors(
  path: string,
  tensors: readonly TensorLayout[],
): Promise<void> {
  const file = await open(path, 'w');
  try {
    await file.writeFile(headerOf(tensors));
    const normal = normalNumbers(SEED);
    for (const tensor of tensors) await writeValues(file, tensor, normal);
  } finally {
    await file.close();
  }
}

function headerOf(tensors: readonly TensorLayout[]): Buffer {
  let offset = 0;
  const entries = tensors.map(({ name, shape }) => {
    const begin = offset;
    offset += BYTES_PER_VALUE * valuesOf(shape);
    return [name, { dtype: 'F32', shape, data_offsets: [begin, offset] }];
  });
  const json = JSON.stringify({ __metadata__: { format: 'pt' }, ...Object.fromEntries(entries) });
  // The format aligns the values by spaces behind the header.
  const header = Buffer.from(json.padEnd(Math.ceil(json.length / 8) * 8));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, header]);
}

async function writeValues(
  file: FileHandle,
  { shape, mean, deviation, zeroRow }: TensorLayout,
  normal: () => number,
): Promise<void> {
  const [rows = 1, ...rest] = shape;
  const width = valuesOf(rest);
  const rowsAtOnce = Math.ceil(VALUES_AT_ONCE / width);
  for (let from = 0; from < rows; from += rowsAtOnce) {
    const values = new Float32Array(width * Math.min(rowsAtOnce, rows - from));
    if (deviation === 0) values.fill(mean);
    else
      values.forEach((_, index) => {
        values[index] = mean + deviation * normal();
      });
    if (zeroRow !== undefined && zeroRow >= from) {
      const begin = (zeroRow - from) * width;
      values.fill(0, begin, begin + width);
    }
    await file.writeFile(new Uint8Array(values.buffer));
  }
}

function valuesOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** Normally distributed numbers (Box and Muller). */
function normalNumbers(seed: number): () => number {
  const random = seededRandom(seed);
  let spare: number | undefined;
  return () => {
    if (spare !== undefined) {
      const value = spare;
      spare = undefined;
      return value;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - random()));
    const angle = 2 * Math.PI * random();
    spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  };
}
