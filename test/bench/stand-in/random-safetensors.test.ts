import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { writeRandomSafetensors } from '../../../bench/stand-in/random-safetensors.ts';
import { SHAPES } from '../../../bench/stand-in/shapes.ts';
import { type TensorLayout, tensorsOf } from '../../../bench/stand-in/tensors.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'stand-in-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

const TENSORS: readonly TensorLayout[] = [
  { name: 'words', shape: [40, 50], mean: 0, deviation: 0.04, zeroRow: 2 },
  { name: 'scale', shape: [3], mean: 1, deviation: 0 },
];

async function write(name: string): Promise<Buffer> {
  const path = join(folder, name);
  await writeRandomSafetensors(path, TENSORS);
  return readFileSync(path);
}

function valuesOf(file: Buffer, name: string): Float32Array {
  const start = 8 + Number(file.readBigUInt64LE(0));
  const { [name]: entry } = JSON.parse(file.toString('utf8', 8, start));
  const [begin, end] = entry.data_offsets;
  return new Float32Array(new Uint8Array(file.subarray(start + begin, start + end)).buffer);
}

describe('writeRandomSafetensors', () => {
  it('draws values from the normal distribution of the layout', async () => {
    const words = [...valuesOf(await write('a'), 'words')].filter((value) => value !== 0);
    const mean = words.reduce((sum, value) => sum + value, 0) / words.length;
    const variance = words.reduce((sum, value) => sum + (value - mean) ** 2, 0) / words.length;
    expect(words).toHaveLength(39 * 50);
    expect(mean).toBeCloseTo(0, 2);
    expect(Math.sqrt(variance)).toBeCloseTo(0.04, 2);
  });

  it('writes constant tensors and rows of zeros', async () => {
    const file = await write('a');
    expect([...valuesOf(file, 'scale')]).toEqual([1, 1, 1]);
    expect(
      valuesOf(file, 'words')
        .subarray(100, 150)
        .every((value) => value === 0),
    ).toBe(true);
  });

  it('writes the same bytes for the same layout', async () => {
    expect((await write('a')).equals(await write('b'))).toBe(true);
  });
});

describe('tensorsOf', () => {
  it.each([
    ['roberta-base', 124_647_939],
    ['bert-base', 109_484_547],
    ['xlm-roberta-base', 278_045_955],
  ] as const)('has the number of parameters of %s with three labels', (name, parameters) => {
    const counts = tensorsOf(SHAPES[name]).map(({ shape }) => shape.reduce((a, b) => a * b, 1));
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(parameters);
  });
});
