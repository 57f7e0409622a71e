/** A folder that is added again under the name that locks what it held before. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  bundleRevision,
  describeFiles,
} from '../../../../service/inference/bundle/bundle-files.ts';
import { foreignRepository, WORDS } from '../../../helpers/foreign-graph.ts';
import { robertaRepository } from '../../../helpers/roberta-repository.ts';
import { ModelsFolder } from '../../../helpers/run-models.ts';

let folder: ModelsFolder;
let source: string;

beforeEach(() => {
  folder = new ModelsFolder();
  source = mkdtempSync(join(tmpdir(), 'source-'));
});

afterEach(() => {
  rmSync(folder.path, { recursive: true });
  rmSync(source, { recursive: true });
});

function write(files: ReadonlyMap<string, Buffer>): void {
  for (const [name, bytes] of files) writeFileSync(join(source, name), bytes);
}

function add(...words: string[]) {
  return folder.run(['add', source, '--name', 'mine', ...words]);
}

/** Expects that the folder is refused, and that what is locked stays as it was. */
async function expectRefusal(difference: string): Promise<void> {
  const before = folder.manifest;
  const { code, stderr } = await add();
  expect([code, stderr]).toEqual([1, expect.stringContaining(difference)]);
  expect(stderr).toContain(`The manifest locks mine as file:${basename(source)}, `);
  expect(stderr).toContain('give another name by --name, or remove it by `tss models remove mine`');
  expect(folder.manifest).toEqual(before);
  expect(await folder.run(['verify', 'mine'])).toMatchObject({ code: 0 });
  expect(folder.files('.downloads')).toEqual([]);
}

describe('a folder with a graph', () => {
  beforeEach(async () => {
    write(foreignRepository());
    expect(await add()).toMatchObject({ code: 0 });
  });

  it('is complete while its files are the locked ones', async () => {
    expect(await add()).toMatchObject({
      code: 0,
      stdout: 'mine is complete: every file matches the manifest.\n',
    });
  });

  it('is refused when it holds another graph', async () => {
    write(foreignRepository({ words: { ...WORDS, day: [0.5, 0, 0] } }));
    await expectRefusal(`but ${source} holds another model now (model.onnx)`);
  });

  it('is refused when its config.json has changed', async () => {
    const config = JSON.parse(readFileSync(join(source, 'config.json'), 'utf8'));
    writeFileSync(join(source, 'config.json'), JSON.stringify({ ...config, hidden_size: 8 }));
    await expectRefusal('holds another model now (config.json)');
  });

  it('is refused when it has weights in place of the graph', async () => {
    rmSync(join(source, 'model.onnx'));
    writeFileSync(join(source, 'model.safetensors'), 'weights');
    await expectRefusal(`which ${source} no longer holds (There is no model.onnx`);
  });

  it('is not read by pull --from when no file is missing, which pull says', async () => {
    write(foreignRepository({ words: { ...WORDS, day: [0.5, 0, 0] } }));
    const { code, stdout } = await folder.run(['pull', 'mine', '--from', source]);
    expect([code, stdout]).toEqual([
      0,
      `mine is complete: every file matches the manifest. ${source} was not read; to lock what it ` +
        'holds now, run `tss models remove mine` and add it again.\n',
    ]);
  });
});

describe('a folder that is not there', () => {
  it('is named, not a file in it', async () => {
    write(foreignRepository());
    await add();
    rmSync(join(folder.path, 'mine', 'model.onnx'));
    const missing = join(source, 'other');
    const { code, stderr } = await folder.run(['pull', 'mine', '--from', missing]);
    expect([code, stderr]).toEqual([1, expect.stringContaining(`${missing} cannot be read: `)]);
  });
});

describe('a folder with weights', () => {
  it('is complete with the same weights, and refused with others', async () => {
    write(robertaRepository());
    const forced = ['--labels', 'negative,neutral,positive', '--force'];
    expect(await add(...forced)).toMatchObject({ code: 0 });
    expect(await add()).toMatchObject({ code: 0, stdout: expect.stringContaining('is complete') });
    const weights = readFileSync(join(source, 'pytorch_model.bin'));
    weights.writeFloatLE(0.5, weights.length - 4);
    writeFileSync(join(source, 'pytorch_model.bin'), weights);
    await expectRefusal(
      `but ${source} holds another model now (model.onnx), or another version of the converter`,
    );
  });
});

describe('a model with weights that an earlier version has added', () => {
  const addPrefixSpace = (tokenizer: { pre_tokenizer: object }) => ({
    'tokenizer.json': {
      ...tokenizer,
      pre_tokenizer: { ...tokenizer.pre_tokenizer, add_prefix_space: true },
    },
  });
  const keepEnd = (tokenizer: object) => ({
    'tokenizer.json': tokenizer,
    'tokenizer_config.json': { truncation_side: 'left' },
  });

  it.each([
    ['contradicts the options of its class', addPrefixSpace],
    ['keeps the end of a text', keepEnd],
  ])("is made again with the source's own tokenizer, which %s", async (_, filesOf) => {
    write(robertaRepository());
    expect(await add('--labels', 'negative,neutral,positive', '--force')).toMatchObject({
      code: 0,
    });
    const tokenizer = readFileSync(join(folder.path, 'mine', 'tokenizer.json'), 'utf8');
    const files = Object.entries(filesOf(JSON.parse(tokenizer)));
    write(new Map(files.map(([name, value]) => [name, Buffer.from(JSON.stringify(value))])));
    await lock(files.map(([name]) => name));
    rmSync(join(folder.path, 'mine', 'model.onnx'));
    expect(await folder.run(['pull', 'mine', '--from', source])).toMatchObject({ code: 0 });
    expect(await folder.run(['verify', 'mine'])).toMatchObject({ code: 0 });
    expect(await add()).toMatchObject({ code: 0, stdout: expect.stringContaining('is complete') });
  });

  /** Locks files of the source as they are. */
  async function lock(names: readonly string[]): Promise<void> {
    const { models } = folder.manifest;
    const locked = await describeFiles(source, names);
    const changed = models.map((bundle) => {
      if (bundle.name !== 'mine') return bundle;
      const others = bundle.files.filter(({ name }) => !names.includes(name));
      const files = [...others, ...locked];
      return { ...bundle, files, revision: bundleRevision(files, bundle.preprocessing) };
    });
    writeFileSync(join(folder.path, 'manifest.json'), JSON.stringify({ models: changed }));
  }
});
