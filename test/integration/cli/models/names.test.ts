/** The command writes and deletes only within models/, and never another process's files. */
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { add } from '../../../../cli/models/add.ts';
import { FolderSource } from '../../../../cli/models/folder-source.ts';
import { robertaRepository } from '../../../helpers/roberta-repository.ts';
import { EMBEDDED, ModelsFolder } from '../../../helpers/run-models.ts';
import { wordModelFiles } from '../../../helpers/word-model.ts';

/** Holds all that a test makes: a fault that deletes models/.. deletes no more than this. */
let sandbox: string;
let folder: ModelsFolder;
let source: string;

beforeEach(() => {
  sandbox = mkdtempSync(join(tmpdir(), 'sandbox-'));
  mkdirSync(join(sandbox, 'checkout'));
  folder = new ModelsFolder(join(sandbox, 'checkout'));
  source = mkdtempSync(join(sandbox, 'source-'));
  for (const [name, bytes] of wordModelFiles()) {
    mkdirSync(dirname(join(source, name)), { recursive: true });
    writeFileSync(join(source, name), bytes);
  }
});

afterEach(() => {
  rmSync(sandbox, { recursive: true });
});

const LFS_POINTER = 'version https://git-lfs.github.com/spec/v1\noid sha256:0\n';

const NO_NAMES = [
  '../victim',
  '..',
  '.',
  '',
  'a/b',
  '/absolute',
  '.downloads',
  'Upper',
  'a\\b',
  'x'.repeat(101),
];

describe('a name that cannot be a folder of models/', () => {
  let victim: string;
  beforeEach(() => {
    victim = join(dirname(folder.path), 'victim');
    mkdirSync(victim, { recursive: true });
    writeFileSync(join(victim, 'kept'), 'kept');
  });

  it.each(NO_NAMES)('%j: add refuses it before anything is fetched', async (name) => {
    const before = folder.manifest;
    const { code, stderr } = await folder.run(['add', source, '--name', name]);
    expect([code, stderr]).toEqual([1, expect.stringContaining("cannot be a model's name")]);
    expect(folder.manifest).toEqual(before);
    expect(existsSync(join(folder.path, '.downloads'))).toBe(false);
    expect(readFileSync(join(victim, 'kept'), 'utf8')).toBe('kept');
  });

  it.each(['remove', 'pull', 'verify'])('%s knows no such model', async (command) => {
    const { code, stderr } = await folder.run([command, '../victim']);
    expect([code, stderr]).toEqual([1, expect.stringContaining('no model "../victim"')]);
    expect(readFileSync(join(victim, 'kept'), 'utf8')).toBe('kept');
  });

  it('in a manifest that somebody edited is a fault of the manifest', async () => {
    const { models } = folder.manifest;
    const edited = { models: models.map((bundle) => ({ ...bundle, name: '../victim' })) };
    writeFileSync(join(folder.path, 'manifest.json'), JSON.stringify(edited));
    const { code, stderr } = await folder.run(['remove', '../victim']);
    expect([code, stderr]).toEqual([1, expect.stringContaining('/models/0/name')]);
    expect(readFileSync(join(victim, 'kept'), 'utf8')).toBe('kept');
  });
});

describe('models add', () => {
  it('says that MODELS_DIR names no folder', async () => {
    rmSync(folder.path, { recursive: true });
    const { code, stderr } = await folder.run(['add', source, '--name', 'mine']);
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(
        /^\S+ cannot be read: ENOENT.*; MODELS_DIR must name the folder of manifest\.json\n$/,
      ),
    ]);
  });

  it.each(['mine', 'manifest.json'])(
    'does not replace %s, which is there already',
    async (name) => {
      mkdirSync(join(folder.path, 'mine'));
      writeFileSync(join(folder.path, 'mine', 'kept'), 'kept');
      const before = folder.manifest;
      const { code, stderr } = await folder.run(['add', source, '--name', name]);
      expect([code, stderr]).toEqual([1, expect.stringMatching(/exists already.*--name/)]);
      expect(folder.files('mine')).toEqual(['kept']);
      expect(folder.manifest).toEqual(before);
    },
  );

  it('takes no graph from outside its source', async () => {
    const { code, stderr } = await folder.run([
      'add',
      source,
      '--name',
      'x',
      '--file',
      '../x.onnx',
    ]);
    expect([code, stderr]).toEqual([1, expect.stringContaining('There is no ../x.onnx')]);
  });

  it('refuses a graph whose name the manifest could not hold, before it is copied', async () => {
    writeFileSync(join(source, 'model (1).onnx'), 'a graph');
    const words = ['add', source, '--name', 'x', '--file', 'model (1).onnx'];
    const { code, stderr } = await folder.run(words);
    expect([code, stderr]).toEqual([1, expect.stringMatching(/"model \(1\)\.onnx".*rename/)]);
    expect(existsSync(join(folder.path, '.downloads'))).toBe(false);
    expect((await folder.run(['list'])).code).toBe(0);
  });

  it('follows the links that a snapshot in the cache of the hub consists of', async () => {
    const snapshot = mkdtempSync(join(sandbox, 'snapshot-'));
    mkdirSync(join(snapshot, 'onnx'));
    for (const name of wordModelFiles().keys())
      symlinkSync(join(source, name), join(snapshot, name));
    expect(await folder.run(['add', snapshot, '--name', 'x'])).toMatchObject({ code: 0 });
    expect(lstatSync(join(folder.path, 'x', 'config.json')).isFile()).toBe(true);
  });

  it.each(['onnx/model_quantized.onnx', 'tokenizer.json', 'config.json'])(
    'says that %s is a pointer of Git LFS',
    async (name) => {
      writeFileSync(join(source, name), LFS_POINTER);
      const { code, stderr } = await folder.run(['add', source, '--name', 'x']);
      const message = `${name} is a Git LFS pointer, not the file itself; fetch the files by \`git lfs pull\` in the folder`;
      expect([code, stderr]).toEqual([1, expect.stringContaining(message)]);
      expect(folder.files('.downloads')).toEqual([]);
    },
  );

  it('says that weights to convert are a pointer of Git LFS', async () => {
    const checkpoint = mkdtempSync(join(sandbox, 'checkpoint-'));
    for (const [name, bytes] of robertaRepository()) writeFileSync(join(checkpoint, name), bytes);
    writeFileSync(join(checkpoint, 'pytorch_model.bin'), LFS_POINTER);
    const words = ['--name', 'x', '--labels', 'negative,neutral,positive'];
    const { code, stderr } = await folder.run(['add', checkpoint, ...words]);
    const message =
      'pytorch_model.bin is a Git LFS pointer, not the file itself; fetch the files by';
    expect([code, stderr]).toEqual([1, expect.stringContaining(message)]);
  });

  it.each([
    ['frames every text', 0],
    ['texts can have', 10],
  ])('refuses a padding token that %s before it fetches the weights', async (_, id) => {
    const checkpoint = mkdtempSync(join(sandbox, 'checkpoint-'));
    for (const [name, bytes] of robertaRepository()) writeFileSync(join(checkpoint, name), bytes);
    const config = JSON.parse(readFileSync(join(checkpoint, 'config.json'), 'utf8'));
    writeFileSync(
      join(checkpoint, 'config.json'),
      JSON.stringify({ ...config, pad_token_id: id, max_position_embeddings: 513 + id }),
    );
    const words = ['--name', 'x', '--labels', 'negative,neutral,positive'];
    const { code, stderr } = await folder.run(['add', checkpoint, ...words]);
    expect([code, stderr]).toEqual([1, expect.stringContaining(`has the pad_token_id ${id}`)]);
    expect(stderr).not.toContain('pytorch_model.bin');
  });

  it('refuses a tokenizer of another kind before it fetches the graph', async () => {
    const definition = JSON.parse(readFileSync(join(source, 'tokenizer.json'), 'utf8'));
    const normalizer = { type: 'Replace', pattern: { Regex: '(a|aa)+$' }, content: '' };
    writeFileSync(join(source, 'tokenizer.json'), JSON.stringify({ ...definition, normalizer }));
    const { code, stderr } = await folder.run(['add', source, '--name', 'x']);
    expect([code, stderr]).toEqual([
      1,
      expect.stringContaining('tokenizer.json is not a supported tokenizer'),
    ]);
    expect(stderr).not.toContain('model_quantized.onnx');
    expect(folder.files('.downloads')).toEqual([]);
  });

  it('refuses a tokenizer that keeps the end of a long text before it fetches the graph', async () => {
    writeFileSync(join(source, 'tokenizer_config.json'), '{"truncation_side":"left"}');
    const { code, stderr } = await folder.run(['add', source, '--name', 'x']);
    expect([code, stderr]).toEqual([
      1,
      expect.stringContaining('truncation_side in tokenizer_config.json is "left"'),
    ]);
    expect(stderr).not.toContain('model_quantized.onnx');
  });

  it('adds the tokens of added_tokens.json to a vocabulary', async () => {
    const { model } = JSON.parse(readFileSync(join(source, 'tokenizer.json'), 'utf8'));
    rmSync(join(source, 'tokenizer.json'));
    const pieces = Object.keys(model.vocab).sort((a, b) => model.vocab[a] - model.vocab[b]);
    writeFileSync(join(source, 'vocab.txt'), pieces.join('\n'));
    writeFileSync(join(source, 'added_tokens.json'), JSON.stringify({ '😍': pieces.length }));
    expect(await folder.run(['add', source, '--name', 'x'])).toMatchObject({ code: 0 });
    const tokenizer = readFileSync(join(folder.path, 'x', 'tokenizer.json'), 'utf8');
    expect(JSON.parse(tokenizer).added_tokens).toContainEqual(
      expect.objectContaining({ id: pieces.length, content: '😍', normalized: true }),
    );
    expect(folder.files('x')).not.toContain('added_tokens.json');
  });

  it('refuses a tokenizer.json that lacks a token of added_tokens.json', async () => {
    writeFileSync(join(source, 'added_tokens.json'), '{"@nasa":30522}');
    const { code, stderr } = await folder.run(['add', source, '--name', 'x']);
    expect([code, stderr]).toEqual([
      1,
      expect.stringContaining('tokenizer.json lacks the added token "@nasa"'),
    ]);
    expect(stderr).not.toContain('model_quantized.onnx');
  });

  it('takes a model without tokenizer_config.json, or with null in it', async () => {
    writeFileSync(
      join(source, 'tokenizer_config.json'),
      '{"model_max_length":null,"do_lower_case":null}',
    );
    expect(await folder.run(['add', source, '--name', 'x'])).toMatchObject({ code: 0 });
    rmSync(join(source, 'tokenizer_config.json'));
    expect(await folder.run(['add', source, '--name', 'y'])).toMatchObject({ code: 0 });
    expect(folder.files('y')).not.toContain('tokenizer_config.json');
  });

  it('refuses a window that the graph does not have', async () => {
    const config = JSON.parse(readFileSync(join(source, 'config.json'), 'utf8'));
    writeFileSync(
      join(source, 'config.json'),
      JSON.stringify({ ...config, max_position_embeddings: 2048 }),
    );
    writeFileSync(join(source, 'tokenizer_config.json'), '{}');
    cpSync(join('models', EMBEDDED, 'model.onnx'), join(source, 'onnx', 'model_quantized.onnx'));
    const { code, stderr } = await folder.run(['add', source, '--name', 'x']);
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^The model cannot be run/m)]);
  });

  it('keeps only the files of the model, whatever an earlier attempt has left', async () => {
    const left = join(folder.path, '.downloads', 'x');
    mkdirSync(left, { recursive: true });
    writeFileSync(join(left, 'other.onnx.part'), 'half');
    expect(await folder.run(['add', source, '--name', 'x'])).toMatchObject({ code: 0 });
    expect(folder.files('x')).toEqual([
      'README.md',
      'config.json',
      'golden.jsonl',
      'onnx',
      'onnx/model_quantized.onnx',
      'tokenizer.json',
      'tokenizer_config.json',
    ]);
  });

  it('leaves no folder behind when the manifest cannot be written', async () => {
    const modelsDir = mkdtempSync(join(sandbox, 'models-'));
    mkdirSync(join(modelsDir, 'manifest.json', 'in-the-way'), { recursive: true });
    const adding = add({
      modelsDir,
      manifest: { models: [] },
      name: 'x',
      source: async () => new FolderSource(source),
      graph: undefined,
      labels: undefined,
      precision: undefined,
      languages: undefined,
      preprocessing: undefined,
      force: false,
      workerUrl: pathToFileURL('dist/inference-worker.js'),
      output: { write: () => undefined },
    });
    await expect(adding).rejects.toThrow(/manifest\.json/);
    expect(readdirSync(modelsDir).sort()).toEqual(['.downloads', 'manifest.json']);
    expect(readdirSync(join(modelsDir, '.downloads'))).toEqual([]);
  });
});

describe('models remove', () => {
  it('deletes a link, not what it leads to', async () => {
    expect(await folder.run(['add', source, '--name', 'x'])).toMatchObject({ code: 0 });
    const elsewhere = mkdtempSync(join(sandbox, 'elsewhere-'));
    writeFileSync(join(elsewhere, 'kept'), 'kept');
    rmSync(join(folder.path, 'x'), { recursive: true });
    symlinkSync(elsewhere, join(folder.path, 'x'));
    expect(await folder.run(['remove', 'x'])).toMatchObject({ code: 0 });
    expect(lstatSync(join(folder.path, 'x'), { throwIfNoEntry: false })).toBeUndefined();
    expect(readdirSync(elsewhere)).toEqual(['kept']);
    expect(folder.manifest.models.map(({ name }) => name)).toEqual([EMBEDDED]);
  });
});
