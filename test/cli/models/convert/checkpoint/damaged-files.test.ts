import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Checkpoint } from '../../../../../cli/models/convert/checkpoint/checkpoint.ts';
import { readTensor } from '../../../../../cli/models/convert/checkpoint/tensor.ts';
import { ConversionError } from '../../../../../cli/models/convert/conversion-error.ts';
import { CheckpointFolder, FIXTURES } from '../helpers/fixtures.ts';

let folder: CheckpointFolder;
beforeEach(() => {
  folder = new CheckpointFolder();
});
afterEach(() => folder.remove());

/** Some bytes changed, a piece cut out or repeated, the end cut off. */
function damaged(file: Buffer): fc.Arbitrary<Buffer> {
  const position = fc.nat({ max: file.length - 1 });
  const changed = fc
    .array(fc.tuple(position, fc.oneof(fc.nat({ max: 255 }), fc.constantFrom(0, 0x7f, 0xff))), {
      minLength: 1,
      maxLength: 8,
    })
    .map((edits) => {
      const copy = Buffer.from(file);
      for (const [at, value] of edits) copy[at] = value;
      return copy;
    });
  const cut = position.map((end) => file.subarray(0, end));
  const without = fc
    .tuple(position, fc.nat({ max: 64 }))
    .map(([at, length]) => Buffer.concat([file.subarray(0, at), file.subarray(at + length)]));
  const repeated = fc
    .tuple(position, fc.nat({ max: 64 }))
    .map(([at, length]) => Buffer.concat([file.subarray(0, at + length), file.subarray(at)]));
  return fc.oneof({ weight: 5, arbitrary: changed }, cut, without, repeated);
}

/** Reads everything; true when the damage was found. */
async function isRefused(file: Buffer): Promise<boolean> {
  try {
    const checkpoint = await Checkpoint.open(folder.path);
    try {
      for (const tensor of checkpoint.tensors.values()) {
        if (tensor.dataType === 'I64') continue;
        const values = await readTensor(tensor);
        expect(values.length).toBeLessThanOrEqual(file.length);
      }
      return false;
    } finally {
      await checkpoint.close();
    }
  } catch (error) {
    expect(error).toBeInstanceOf(ConversionError);
    return true;
  }
}

describe('a damaged checkpoint', () => {
  it.each([
    ['model.safetensors', 'views/model.safetensors'],
    ['pytorch_model.bin', 'views/zip/pytorch_model.bin'],
    ['pytorch_model.bin', 'views/stream/pytorch_model.bin'],
  ])(
    'gives tensors or an error that says so, whatever the damage (%s of %s)',
    async (name, fixture) => {
      const file = readFileSync(join(FIXTURES, fixture));
      let refusals = 0;
      await fc.assert(
        fc.asyncProperty(damaged(file), async (copy) => {
          writeFileSync(folder.file(name), copy);
          if (await isRefused(copy)) refusals++;
        }),
        { numRuns: 300 },
      );
      expect(refusals).toBeGreaterThan(30);
    },
  );

  it('gives an error for any bytes that begin like a pickle', async () => {
    const opcodes = fc.constantFrom(
      ...Buffer.from('().NJKMGXTU}]tuaesqrhjcRbQ', 'latin1'),
      0x80,
      0x85,
      0x86,
      0x87,
      0x88,
      0x89,
      0x8a,
      0x8c,
      0x8d,
      0x93,
      0x94,
      0x95,
    );
    const soup = fc.array(fc.oneof({ weight: 4, arbitrary: opcodes }, fc.nat({ max: 255 })), {
      maxLength: 400,
    });
    await fc.assert(
      fc.asyncProperty(soup, async (rest) => {
        const file = Buffer.from([0x80, 2, ...rest]);
        writeFileSync(folder.file('pytorch_model.bin'), file);
        expect(await isRefused(file)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});
