/** Graphs that other tools have exported: their types, and weights in files beside them. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type ForeignGraphOptions, foreignRepository } from '../../../helpers/foreign-graph.ts';
import { HubStub } from '../../../helpers/hub-stub.ts';
import { ModelsFolder } from '../../../helpers/run-models.ts';
import { startS3Stub } from '../../../helpers/s3-stub.ts';
import { ServiceProcess } from '../../../helpers/service-process.ts';

const DATA = 'model.onnx_data';

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

function write(options: ForeignGraphOptions, prefix = ''): void {
  for (const [name, bytes] of foreignRepository(options)) {
    const path = join(source, name.startsWith('model.') ? `${prefix}${name}` : name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, bytes);
  }
}

function add(...words: string[]) {
  return folder.run(['add', source, '--name', 'x', ...words]);
}

function goldenLines(): { text: string; probabilities: number[] }[] {
  const lines = readFileSync(join(folder.path, 'x', 'golden.jsonl'), 'utf8')
    .trim()
    .split('\n');
  return lines.map((line) => JSON.parse(line));
}

describe('a graph of FP16', () => {
  it('is read as numbers, added and served', async () => {
    write({ type: 'float16' });
    expect(await add()).toMatchObject({ code: 0 });
    const [praise] = goldenLines();
    // Logits -2, 0 and 2.
    expect(praise?.probabilities.map((value) => value.toFixed(4))).toEqual([
      '0.0159',
      '0.1173',
      '0.8668',
    ]);
    const service = await ServiceProcess.start({ MODELS_DIR: folder.path, MODEL_NAME: 'x' });
    try {
      const response = await service.post('/v1/inference', { texts: ['I love this phone'] });
      const body = (await response.json()) as { results: { scores: { positive: number } }[] };
      expect(body.results[0]?.scores.positive).toBeCloseTo(0.8668, 4);
    } finally {
      await service.stop();
    }
  });

  it('is refused where it gives NaN for a sign that few texts have', async () => {
    write({ type: 'float16', words: { '%': [Number.NaN, 0, 0] } });
    const { code, stderr } = await add();
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/gives the logits NaN, .* for ".*%" \(\d+ tokens\)/),
    ]);
  });
});

describe('a graph without attention_mask', () => {
  it('is refused where the padding of a batch changes its scores, as a start would refuse it', async () => {
    write({ masked: false, words: { '[PAD]': [1, 0, -1] } });
    const { code, stderr } = await add();
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(
        /^The model's scores of a text differ by 0\.\d+ between the text alone and in a batch, at most 0\.15 is accepted; does the graph use attention_mask\?/m,
      ),
    ]);
    expect(folder.manifest.models).toHaveLength(1);
  });
});

describe('a graph that applies the softmax itself', () => {
  const REMEDY = /the service needs logits, .*Export the model without its last (Softmax|Sigmoid)/;

  it.each([
    ['Softmax', ['Softmax']],
    ['Softmax', ['Softmax', 'Identity']],
    ['Sigmoid', ['Sigmoid', 'Identity']],
  ])('is refused by its last operator %s, among %j, also with --force', async (operator, last) => {
    write({ last });
    const { code, stderr } = await add('--force');
    const finding = `The output of model.onnx is made by ${operator}, so that it holds probabilities`;
    expect([code, stderr]).toEqual([1, expect.stringContaining(finding)]);
    expect(stderr).toMatch(REMEDY);
    expect(folder.manifest.models).toHaveLength(1);
  });

  it.each(['float', 'float16'] as const)('of %s is refused by its scores', async (type) => {
    write({ type, last: ['Softmax', 'Neg', 'Neg'] });
    const { code, stderr } = await add('--force');
    expect([code, stderr]).toEqual([
      1,
      expect.stringContaining('is between 0 and 1, of sum 1, for every text'),
    ]);
    expect(stderr).toMatch(REMEDY);
    expect(folder.manifest.models).toHaveLength(1);
  });

  it('is accepted with the logarithm of it, which a softmax undoes', async () => {
    write({ last: ['LogSoftmax'] });
    expect(await add()).toMatchObject({ code: 0 });
    expect(goldenLines()[0]?.probabilities[2]).toBeCloseTo(0.8668, 4);
  });

  it('is accepted where its logits are an output, too', async () => {
    write({ hasProbabilities: true });
    expect(await add()).toMatchObject({ code: 0 });
    expect(goldenLines()[0]?.probabilities[2]).toBeCloseTo(0.8668, 4);
  });
});

describe('an embedding with fewer rows than the vocabulary has words', () => {
  it('is refused with the name of the word', async () => {
    write({ rows: 15 });
    const { code, stderr } = await add();
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(
        /cannot read the token "meeting", whose id in tokenizer\.json is 15: .*15/,
      ),
    ]);
    expect(folder.manifest.models).toHaveLength(1);
  });
});

describe('weights in a file beside the graph', () => {
  const locked = () => folder.manifest.models[1]?.files.map(({ name }) => name);

  it('are taken from a folder, locked and verified', async () => {
    write({ location: DATA }, 'onnx/');
    expect(await add()).toMatchObject({ code: 0 });
    expect(locked()).toContain(`onnx/${DATA}`);
    writeFileSync(join(folder.path, 'x/onnx', DATA), 'changed');
    expect(await folder.run(['verify', 'x'])).toMatchObject({ code: 1 });
  });

  it('are taken from the hub, and fetched again by pull', async () => {
    const hub = await HubStub.start({
      name: 'acme/x',
      files: foreignRepository({ location: DATA }),
    });
    try {
      const environment = { HF_ENDPOINT: hub.url };
      expect(await folder.run(['add', 'acme/x'], environment)).toMatchObject({ code: 0 });
      rmSync(join(folder.path, 'x', DATA));
      expect(await folder.run(['pull', 'x'], environment)).toMatchObject({ code: 0 });
      expect(await folder.run(['verify', 'x'])).toMatchObject({ code: 0 });
    } finally {
      await hub.close();
    }
  });

  it('are taken from S3', async () => {
    const files = foreignRepository({ location: DATA });
    const stored = new Map([...files].map(([name, bytes]) => [`v1/${name}`, bytes]));
    const s3 = await startS3Stub('models', stored, 'AKID');
    try {
      const { code, stderr } = await folder.run(['add', 's3://models/v1', '--name', 'x'], {
        AWS_ENDPOINT_URL: s3.url,
        AWS_REGION: 'us-east-1',
        AWS_ACCESS_KEY_ID: 'AKID',
        AWS_SECRET_ACCESS_KEY: 'secret',
      });
      expect([code, stderr]).toEqual([0, expect.anything()]);
      expect(locked()).toContain(DATA);
    } finally {
      await s3.close();
    }
  });

  it('must be in the source', async () => {
    write({ location: DATA });
    rmSync(join(source, DATA));
    const { code, stderr } = await add();
    expect([code, stderr]).toEqual([1, expect.stringContaining(`There is no ${DATA}`)]);
  });
});
