import { writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ConversionError } from '../../../../../cli/models/convert/conversion-error.ts';
import { CheckpointFolder } from '../helpers/fixtures.ts';
import { readAll } from '../helpers/read-all.ts';
import { safetensorsFile } from '../helpers/safetensors-file.ts';

let folder: CheckpointFolder;
beforeEach(() => {
  folder = new CheckpointFolder();
});
afterEach(() => folder.remove());

function read(file: Uint8Array) {
  writeFileSync(folder.file('model.safetensors'), file);
  return readAll(folder.path);
}

const TWO = Buffer.from(Float32Array.of(1, 2).buffer);
const entry = (shape: number[], from: number, to: number, dtype = 'F32') => ({
  dtype,
  shape,
  data_offsets: [from, to],
});

describe('a safetensors file', () => {
  it('gives the tensors of its header, without the metadata', async () => {
    const header = { __metadata__: { format: 'pt' }, a: entry([1], 0, 4), b: entry([1, 1], 4, 8) };
    expect(Object.fromEntries(await read(safetensorsFile(header, TWO)))).toEqual({
      a: { shape: [1], values: [1] },
      b: { shape: [1, 1], values: [2] },
    });
  });

  it.each([
    ['is empty', Buffer.alloc(0), 'bytes 0 to 8 are needed, but the file has 0'],
    [
      'announces a longer header than it has',
      safetensorsFile({}, TWO).subarray(0, 9),
      'a header of 2 bytes is announced, the file has 9',
    ],
    ['announces a header of 2^64 - 1 bytes', Buffer.alloc(20, 0xff), 'not a safetensors file'],
    ['has a header that is not JSON', safetensorsFile('{"a":', TWO), 'the header is not JSON'],
    ['has a header that is a list', safetensorsFile([], TWO), 'the header is not a JSON object'],
    [
      'describes a tensor by a word',
      safetensorsFile({ a: 'F32' }, TWO),
      'describes tensor a wrongly',
    ],
    [
      'gives a tensor a negative size',
      safetensorsFile({ a: entry([-1], 0, 8) }, TWO),
      'describes tensor a wrongly',
    ],
    [
      'gives a tensor an unknown type',
      safetensorsFile({ a: entry([2], 0, 8, 'F33') }, TWO),
      'tensor a has the unknown type F33',
    ],
    [
      'gives a tensor more bytes than its shape',
      safetensorsFile({ a: entry([1], 0, 8) }, TWO),
      'needs 4 bytes, and lies at 0 to 8 of 8',
    ],
    [
      'ends before a tensor does',
      safetensorsFile({ a: entry([3], 0, 12) }, TWO),
      'needs 12 bytes, and lies at 0 to 12 of 8',
    ],
    [
      'lets tensors overlap',
      safetensorsFile({ a: entry([2], 0, 8), b: entry([1], 4, 8) }, TWO),
      'tensors a and b overlap',
    ],
  ])('is refused when it %s', async (_, file, message) => {
    const reading = read(file);
    await expect(reading).rejects.toThrow(ConversionError);
    await expect(reading).rejects.toThrow(message);
  });

  it.each([Number.NaN, Number.NEGATIVE_INFINITY])(
    'is refused when a tensor holds %d',
    async (value) => {
      const values = Buffer.from(Float32Array.of(1, value).buffer);
      await expect(read(safetensorsFile({ a: entry([2], 0, 8) }, values))).rejects.toThrow(
        'tensor a holds NaN or infinity',
      );
    },
  );

  it('is refused when a tensor that is needed does not hold floats', async () => {
    await expect(read(safetensorsFile({ a: entry([1], 0, 8, 'F64') }, TWO))).rejects.toThrow(
      'tensor a holds F64 values; F32, F16 or BF16 is needed',
    );
  });
});
