import { writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Checkpoint } from '../../../../../cli/models/convert/checkpoint/checkpoint.ts';
import { readRows } from '../../../../../cli/models/convert/checkpoint/tensor.ts';
import { ConversionError } from '../../../../../cli/models/convert/conversion-error.ts';
import { CheckpointFolder, FAMILIES, readFixture } from '../helpers/fixtures.ts';
import { readAll } from '../helpers/read-all.ts';

let folder: CheckpointFolder;
beforeEach(() => {
  folder = new CheckpointFolder();
});
afterEach(() => folder.remove());

async function readFixtures(...files: readonly string[]) {
  const copy = new CheckpointFolder().copy(...files);
  try {
    return await readAll(copy.path);
  } finally {
    copy.remove();
  }
}

describe('the formats of a checkpoint', () => {
  it.each(FAMILIES)('give identical tensors of %s', async (family) => {
    const tensors = await readFixtures(`${family}/model.safetensors`);
    expect(tensors.size).toBeGreaterThan(30);
    expect(await readFixtures(`${family}/zip/pytorch_model.bin`)).toEqual(tensors);
    expect(await readFixtures(`${family}/stream/pytorch_model.bin`)).toEqual(tensors);
  });

  it('give identical tensors from one file and from shards', async () => {
    const tensors = await readFixtures('roberta/model.safetensors');
    const safetensors = ['model.safetensors.index.json', ...shards('model', 'safetensors')];
    const bin = ['pytorch_model.bin.index.json', ...shards('pytorch_model', 'bin')];
    expect(
      await readFixtures(...safetensors.map((name) => `roberta/sharded-safetensors/${name}`)),
    ).toEqual(tensors);
    expect(await readFixtures(...bin.map((name) => `roberta/sharded-bin/${name}`))).toEqual(
      tensors,
    );
  });

  it.each([
    'views/zip/pytorch_model.bin',
    'views/stream/pytorch_model.bin',
    'views/model.safetensors',
  ])(
    'read views, shared storages, half precision, scalars and empty tensors (%s)',
    async (file) => {
      const expected = readFixture<Record<string, [number[], number[]]>>('views', 'expected.json');
      const read = await readFixtures(file);
      expect(Object.fromEntries(read)).toEqual(
        Object.fromEntries(
          Object.entries(expected).map(([name, [shape, values]]) => [name, { shape, values }]),
        ),
      );
    },
  );

  it('give rows of a tensor, also of a transposed one', async () => {
    folder.copy('views/zip/pytorch_model.bin');
    const checkpoint = await Checkpoint.open(folder.path);
    try {
      const rows = await readRows(checkpoint.tensors.get('base')!, 1, 2);
      expect([...rows]).toEqual(Array.from({ length: 12 }, (_, at) => (at + 6) / 8 - 1));
      const columns = await readRows(checkpoint.tensors.get('transposed')!, 4, 2);
      expect([...columns]).toEqual([4, 10, 16, 22, 5, 11, 17, 23].map((value) => value / 8 - 1));
    } finally {
      await checkpoint.close();
    }
  });
});

describe('a folder without readable weights', () => {
  it('is refused with the names of the files that would do', async () => {
    const opening = Checkpoint.open(folder.path);
    await expect(opening).rejects.toThrow(ConversionError);
    await expect(opening).rejects.toThrow(
      'no weights found; the folder needs one of model.safetensors, model.safetensors.index.json, pytorch_model.bin, pytorch_model.bin.index.json',
    );
  });

  it('is refused when a shard of the index is missing', async () => {
    folder.copy('roberta/sharded-bin/pytorch_model.bin.index.json');
    await expect(Checkpoint.open(folder.path)).rejects.toThrow(
      'pytorch_model-00001-of-00002.bin cannot be read: ENOENT',
    );
  });

  it.each(['../../etc/passwd', '/etc/passwd', 'sub/model.bin', '.hidden', ''])(
    'is refused when the index names %j, which is not beside it',
    async (shard) => {
      const index = { weight_map: { 'classifier.weight': shard } };
      writeFileSync(folder.file('model.safetensors.index.json'), JSON.stringify(index));
      await expect(Checkpoint.open(folder.path)).rejects.toThrow(
        `model.safetensors.index.json names '${shard}', which is not a file beside it`,
      );
    },
  );

  it.each([
    ['not JSON', 'is not JSON; download it again'],
    ['{}', 'has no weight_map'],
    ['{"weight_map": {"a": 1}}', 'has no weight_map'],
  ])('is refused when the index holds %j', async (text, message) => {
    writeFileSync(folder.file('pytorch_model.bin.index.json'), text);
    await expect(Checkpoint.open(folder.path)).rejects.toThrow(message);
  });
});

function shards(stem: string, suffix: string): string[] {
  return [1, 2].map((number) => `${stem}-0000${number}-of-00002.${suffix}`);
}
