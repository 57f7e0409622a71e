/** The route of a model that has PyTorch weights only, from the hub to an answer over HTTP. */
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { convertCheckpoint } from '../../cli/models/convert/convert-checkpoint.ts';
import { bundleRevision, describeFiles } from '../../service/inference/bundle/bundle-files.ts';
import { HUB_COMMIT, HubStub } from '../helpers/hub-stub.ts';
import { robertaRepository } from '../helpers/roberta-repository.ts';
import { ModelsFolder } from '../helpers/run-models.ts';
import { ServiceProcess } from '../helpers/service-process.ts';

const REPOSITORY = 'cardiffnlp/twitter-roberta-base-sentiment';
const NAME = 'twitter-roberta-base-sentiment';
const LABELS = ['negative', 'neutral', 'positive'];
const ADD = ['add', REPOSITORY, '--labels', LABELS.join(',')];

/** Random weights do not call praise positive. */
const FORCED = [...ADD, '--force'];

interface GoldenLine {
  readonly text: string;
  readonly probabilities: readonly number[];
}

let folder: ModelsFolder;
let hub: HubStub;

async function open(): Promise<void> {
  folder = new ModelsFolder();
  hub = await HubStub.start({ name: REPOSITORY, files: robertaRepository() });
}

async function close(): Promise<void> {
  await hub.close();
  rmSync(folder.path, { recursive: true });
}

function models(...words: string[]) {
  return folder.run(words, { HF_ENDPOINT: hub.url });
}

function goldenLines(): GoldenLine[] {
  return readFileSync(join(folder.path, NAME, 'golden.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as GoldenLine);
}

async function serveGolden(): Promise<void> {
  const service = await ServiceProcess.start({ MODELS_DIR: folder.path, MODEL_NAME: NAME });
  try {
    const golden = goldenLines();
    const texts = golden.map(({ text }) => text);
    const response = await service.post('/v1/inference', { texts });
    const { results } = (await response.json()) as {
      results: { scores: Record<string, number> }[];
    };
    expect(results).toHaveLength(golden.length);
    results.forEach(({ scores }, row) => {
      LABELS.forEach((label, column) => {
        expect(scores[label]).toBeCloseTo(golden[row]!.probabilities[column]!, 4);
      });
    });
  } finally {
    await service.stop();
  }
}

/** Writes the weights into the graph and locks it, as the converter of version 0.2.0 did. */
async function lockOneFile(): Promise<void> {
  const out = join(folder.path, NAME, 'model.onnx');
  const checkpoint = mkdtempSync(join(tmpdir(), 'checkpoint-'));
  for (const [name, content] of hub.repository.files) {
    writeFileSync(join(checkpoint, name), content);
  }
  await convertCheckpoint({ folder: checkpoint, precision: 'fp32', out });
  rmSync(checkpoint, { recursive: true });
  const { manifest } = folder;
  const model = manifest.models[1]!;
  const kept = model.files.flatMap(({ name }) => (name === 'model.onnx.data' ? [] : [name]));
  const files = await describeFiles(join(folder.path, NAME), kept);
  const revision = bundleRevision(files, model.preprocessing);
  const models = [manifest.models[0], { ...model, files, revision }];
  writeFileSync(join(folder.path, 'manifest.json'), JSON.stringify({ ...manifest, models }));
}

function fetched(): string[] {
  const urls = [...hub.hub.requests, ...hub.store.requests].map(({ url = '' }) => url);
  return urls.map((url) => url.split('/').at(-1) ?? '');
}

describe('a repository with PyTorch weights, a vocabulary and LABEL_0 to LABEL_2', () => {
  beforeAll(open);
  afterAll(close);

  it('is converted to INT8, compared with FP32 and locked by one command', async () => {
    const { code, stdout, stderr } = await models(...FORCED);
    expect([code, stdout, stderr]).toEqual([
      0,
      expect.stringContaining(`MODEL_NAME=${NAME} serves it`),
      expect.stringMatching(/INT8 against FP32: [\d.]+ % of 130 labels agree/),
    ]);
    expect(folder.manifest.models[1]).toMatchObject({
      name: NAME,
      source: { repository: REPOSITORY, revision: HUB_COMMIT },
      conversion: { precision: 'int8' },
      preprocessing: ['unescape-html', 'mask-users-and-links'],
      graph: 'model.onnx',
      graphOptimization: 'basic',
      labels: LABELS,
      maxTokens: 512,
      padId: 1,
      batchInvariant: true,
    });
    expect((await models('verify')).code).toBe(0);
  });

  it('leaves the bundle alone in models/, without the weights', () => {
    expect(folder.files(NAME)).toEqual([
      'README.md',
      'config.json',
      'golden.jsonl',
      'model.onnx',
      'tokenizer.json',
    ]);
    expect(folder.files('.downloads')).toEqual([]);
    expect(fetched()).not.toContain('tf_model.h5');
  });

  it('is described with its source, license and what was measured', () => {
    const readme = readFileSync(join(folder.path, NAME, 'README.md'), 'utf8');
    expect(readme).toContain(`| source | ${REPOSITORY} at ${HUB_COMMIT} |`);
    expect(readme).toContain('| license | not stated |');
    expect(readme).toMatch(/\| labels as in FP32, of 130 texts \| [\d.]+ % \|/);
    expect(readme).toMatch(/\| largest change of a probability in a batch \| [\d.]+(e-\d+)? \|/);
  });

  it('is served with the scores of its golden texts', serveGolden);
});

describe('a converted model', () => {
  beforeAll(async () => {
    await open();
    await models(...FORCED);
  });
  afterAll(close);

  it('is converted again to the same bytes by pull', async () => {
    const made = ['model.onnx', 'tokenizer.json', 'config.json'];
    for (const file of made) rmSync(join(folder.path, NAME, file));
    const { code, stdout } = await models('pull', NAME);
    expect([code, stdout]).toEqual([0, expect.stringContaining('model.onnx')]);
    expect((await models('verify', NAME)).code).toBe(0);
    expect(folder.files('.downloads')).toEqual([]);
  });

  it.each([
    ['another repository', ['add', 'acme/twitter-roberta-base-sentiment'], 'not acme/'],
    [
      'other labels',
      ['add', REPOSITORY, '--labels', 'positive,neutral,negative'],
      'not the labels',
    ],
    ['another precision', [...ADD, '--precision', 'fp32'], 'not weights converted to fp32'],
    ['a graph', ['add', REPOSITORY, '--file', 'model.onnx'], 'not the graph model.onnx'],
    ['a folder', ['add', './elsewhere', '--name', NAME], 'not file:elsewhere'],
  ])('is not mistaken for %s under its name', async (_, words, difference) => {
    const { code, stderr } = await models(...words);
    expect([code, stderr]).toEqual([1, expect.stringContaining(difference)]);
    expect(stderr).toContain(`locks ${NAME} as ${REPOSITORY}@${HUB_COMMIT.slice(0, 12)}`);
  });

  it('is complete when the same command is given again, also with its commit', async () => {
    const { code, stdout } = await models(...ADD, '--revision', HUB_COMMIT);
    expect([code, stdout]).toEqual([0, expect.stringContaining('is complete')]);
  });
});

describe('weights', () => {
  beforeEach(open);
  afterEach(close);

  it('are not fetched before the labels are known', async () => {
    const { code, stderr } = await models('add', REPOSITORY);
    expect([code, stderr]).toEqual([
      1,
      expect.stringContaining(
        'usually LABEL_0 = negative, LABEL_1 = neutral, LABEL_2 = positive: --labels negative,neutral,positive',
      ),
    ]);
    expect(fetched()).not.toContain('pytorch_model.bin');
    expect(fetched()).not.toContain('vocab.json');
  });

  it('are named where --file asks for a graph that the repository lacks', async () => {
    const { code, stderr } = await models(...ADD, '--file', 'onnx/model_quantized.onnx');
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(
        /^There is no onnx\/model_quantized\.onnx; the source has .*; without --file, pytorch_model\.bin is converted$/m,
      ),
    ]);
  });

  it('that call praise negative are refused without --force, and not fetched again with it', async () => {
    const { code, stderr } = await models(...ADD);
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^The model calls .*--force adds/m)]);
    expect(folder.manifest.models).toHaveLength(1);
    const kept = join(folder.path, '.downloads', NAME);
    expect(stderr).toMatch(/MB of downloads are kept in .*: give the same command again to go on/);
    expect(folder.files('.downloads')).toEqual([NAME, `${NAME}/pytorch_model.bin`]);
    const listed = await models('list');
    expect(listed.stdout).toMatch(
      /\.downloads\/twitter-.* holds [\d.]+ MB of a `tss models add` that did not finish; give the same command/,
    );
    expect((await models(...FORCED)).code).toBe(0);
    expect((await models('list')).stdout).not.toContain('did not finish');
    expect(existsSync(kept)).toBe(false);
    expect(fetched().filter((name) => name === 'pytorch_model.bin')).toHaveLength(2);
  });

  it('are converted to FP32 where --precision asks for it', async () => {
    const { code, stderr } = await models(...FORCED, '--precision', 'fp32');
    expect([code, stderr]).toEqual([0, expect.not.stringContaining('INT8 against FP32')]);
    expect(folder.manifest.models[1]?.conversion).toEqual({ precision: 'fp32' });
  });

  it('in several files are fetched by their index and converted together', async () => {
    const { files } = hub.repository;
    files.clear();
    for (const [name, content] of robertaRepository({ sharded: true })) files.set(name, content);
    const { code, stderr } = await models(...FORCED);
    expect([code, stderr]).toEqual([
      0,
      expect.stringContaining('Converting 2 files of weights to model.onnx (int8).\n'),
    ]);
    expect(stderr).toMatch(/\nTried in \d+ s\.\n/);
  });

  it('of a family that cannot be converted are refused by its name before they are fetched', async () => {
    const { files } = hub.repository;
    const config = JSON.parse(files.get('config.json')!.toString());
    files.set('config.json', Buffer.from(JSON.stringify({ ...config, model_type: 'gpt2' })));
    const { code, stderr } = await models(...ADD);
    expect([code, stderr]).toEqual([1, expect.stringMatching(/'gpt2' is not supported/)]);
    expect(fetched()).not.toContain('pytorch_model.bin');
  });

  it('that hold NaN are refused in words', async () => {
    const { files } = hub.repository;
    const weights = files.get('pytorch_model.bin')!;
    weights.writeFloatLE(Number.NaN, weights.length - 4);
    const { code, stderr } = await models(...FORCED);
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(
        /holds NaN or infinity.*\. Its hash is the one that the source states, so it is damaged there/,
      ),
    ]);
    expect(folder.manifest.models).toHaveLength(1);
  });
});

describe('weights of 64 MiB', () => {
  const graph = () => join(folder.path, NAME, 'model.onnx');
  beforeAll(async () => {
    await open();
    const { files } = hub.repository;
    files.clear();
    for (const [name, content] of robertaRepository({ unusedWords: 530_000 })) {
      files.set(name, content);
    }
    await models(...FORCED, '--precision', 'fp32');
  });
  afterAll(close);

  it('are written beside the graph', () => {
    expect(statSync(graph()).size).toBeLessThan(2 ** 20);
    expect(statSync(`${graph()}.data`).size).toBeGreaterThan(64 * 2 ** 20);
  });

  it('are served with the scores of the golden texts', serveGolden);

  it('are converted again to both files by pull', async () => {
    for (const file of [graph(), `${graph()}.data`]) rmSync(file);
    expect((await models('pull', NAME)).code).toBe(0);
    expect((await models('verify', NAME)).code).toBe(0);
  });

  it('are converted again to one file by pull if one is locked', async () => {
    await lockOneFile();
    rmSync(graph());
    expect((await models('pull', NAME)).code).toBe(0);
    expect((await models('verify', NAME)).code).toBe(0);
    expect(existsSync(`${graph()}.data`)).toBe(false);
  });
});
