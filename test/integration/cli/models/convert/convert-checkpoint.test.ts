import { existsSync, readFileSync, statSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { convertCheckpoint } from '../../../../../cli/models/convert/convert-checkpoint.ts';
import { describeClassifier } from '../../../../../cli/models/convert/families/describe-classifier.ts';
import {
  maxTokens,
  type Precision,
} from '../../../../../cli/models/convert/graph/classifier-graph.ts';
import {
  CheckpointFolder,
  expectedOf,
  FAMILIES,
} from '../../../../cli/models/convert/helpers/fixtures.ts';
import { robertaRepository } from '../../../../helpers/roberta-repository.ts';
import { largestDifference, runGraph } from './run-graph.ts';

/** Models 32 wide lose more to INT8 than real ones, whose sums are of 768 products. */
const TINY_INT8_DIFFERENCE = 0.3;

/** Another CPU family rounds an activation the other way now and then. */
const SAME_INT8_GRAPH = process.arch === 'x64' ? 1e-5 : 0.05;

let folder: CheckpointFolder;
beforeEach(() => {
  folder = new CheckpointFolder();
});
afterEach(() => folder.remove());

/** @returns what config.json says of the model */
async function convert(precision: Precision) {
  await convertCheckpoint({ folder: folder.path, precision, out: folder.file('model.onnx') });
  return describeClassifier(JSON.parse(readFileSync(folder.file('config.json'), 'utf8')));
}

describe.each(FAMILIES)('a converted %s classifier', (family) => {
  const { batches, logits } = expectedOf(family);
  const texts = batches.flat();

  beforeEach(() => {
    folder.copy(`${family}/config.json`, `${family}/model.safetensors`);
  });

  it('computes the logits of transformers within 1e-4 in FP32', async () => {
    const { padId } = await convert('fp32');
    const results = await runGraph(folder.file('model.onnx'), padId, batches);
    expect(largestDifference(results, logits)).toBeLessThan(1e-4);
  });

  it('is close to transformers in INT8, and chooses the same labels where they are clear', async () => {
    const { padId } = await convert('int8');
    const results = await runGraph(folder.file('model.onnx'), padId, batches);
    expect(largestDifference(results, logits)).toBeLessThan(TINY_INT8_DIFFERENCE);
    const clear = logits.flat().map((row) => margin(row) > TINY_INT8_DIFFERENCE);
    expect(clear.filter(Boolean).length).toBeGreaterThanOrEqual(4);
    const chosen = (rows: readonly (readonly number[])[]) =>
      rows.filter((_, text) => clear[text]).map((row) => row.indexOf(Math.max(...row)));
    expect(chosen(results.flat())).toEqual(chosen(logits.flat()));
  });

  it.each(['fp32', 'int8'] as const)(
    'gives a text the same logits alone and in any batch (%s)',
    async (precision) => {
      const { padId } = await convert(precision);
      const graph = folder.file('model.onnx');
      const alone = await runGraph(
        graph,
        padId,
        texts.map((text) => [text]),
      );
      const [forward, backward] = await runGraph(graph, padId, [texts, texts.toReversed()]);
      expect(largestDifference(forward, alone)).toBeLessThan(1e-5);
      expect(largestDifference(backward, alone.toReversed())).toBeLessThan(1e-5);
    },
  );
});

describe('a converted model', () => {
  it.each([
    ['bert', { labels: 3, maxTokens: 40, padId: 0 }],
    ['roberta', { labels: 3, maxTokens: 38, padId: 1 }],
    ['distilbert', { labels: 2, maxTokens: 40, padId: 0 }],
    ['mpnet', { labels: 5, maxTokens: 178, padId: 1 }],
    ['electra', { labels: 3, maxTokens: 40, padId: 0 }],
  ])('is described with its labels, window and padding id (%s)', async (family, expected) => {
    folder.copy(`${family}/config.json`, `${family}/model.safetensors`);
    const model = await convert('int8');
    expect(model).toMatchObject({ family, padId: expected.padId });
    expect(model.labels).toEqual(Array.from({ length: expected.labels }, (_, id) => `LABEL_${id}`));
    expect(maxTokens(model)).toBe(expected.maxTokens);
  });

  it.each(FAMILIES)('is refused if the checkpoint has further layers (%s)', async (family) => {
    folder.copy(`${family}/config.json`, `${family}/model.safetensors`);
    folder.editConfig({ num_hidden_layers: 1 });
    await expect(convert('fp32')).rejects.toThrow(
      'the checkpoint has more layers than the 1 that config.json names',
    );
    expect(existsSync(folder.file('model.onnx'))).toBe(false);
  });

  it('computes the same with its weights in a file beside the graph', async () => {
    const repository = robertaRepository();
    for (const name of ['config.json', 'pytorch_model.bin']) {
      folder.write(name, repository.get(name)!);
    }
    const { padId } = await convert('fp32');
    const out = folder.file('beside.onnx');
    await convertCheckpoint({ folder: folder.path, precision: 'fp32', out, weightsBesideFrom: 0 });
    expect(statSync(`${out}.data`).size).toBeGreaterThan(statSync(out).size);
    const batches = [
      [[0, 5, 9, 2]],
      [
        [0, 7, 2],
        [0, 8, 5, 6, 2],
      ],
    ];
    const inside = await runGraph(folder.file('model.onnx'), padId, batches);
    expect(largestDifference(await runGraph(out, padId, batches), inside)).toBe(0);
  });

  it('is made from pytorch_model.bin where there is no model.safetensors', async () => {
    folder.copy('roberta/config.json', 'roberta/zip/pytorch_model.bin');
    const { batches, logits } = expectedOf('roberta');
    const { padId } = await convert('fp32');
    const results = await runGraph(folder.file('model.onnx'), padId, batches);
    expect(largestDifference(results, logits)).toBeLessThan(1e-4);
  });

  it('computes in INT8 what the reference method in Python computes', async () => {
    folder.copy('roberta/config.json', 'roberta/model.safetensors');
    const { batches, rowwiseInt8 } = expectedOf('roberta');
    const { padId } = await convert('int8');
    const results = await runGraph(folder.file('model.onnx'), padId, batches);
    expect(largestDifference(results, rowwiseInt8)).toBeLessThan(SAME_INT8_GRAPH);
  });

  it.each(['gelu', 'gelu_new', 'gelu_pytorch_tanh', 'gelu_fast', 'relu', 'silu'])(
    'computes the activation %s as transformers does',
    async (activation) => {
      folder.copy('bert/config.json', 'bert/model.safetensors');
      folder.editConfig({ hidden_act: activation });
      const { batches, activations } = expectedOf('bert');
      const { padId } = await convert('fp32');
      const results = await runGraph(folder.file('model.onnx'), padId, batches.slice(1, 2));
      expect(largestDifference(results, activations?.[activation])).toBeLessThan(1e-4);
    },
  );

  it.each(['camembert', 'xlm-roberta'])('of model_type %s computes as RoBERTa', async (family) => {
    folder.copy('roberta/config.json', 'roberta/model.safetensors');
    folder.editConfig({ model_type: family, architectures: null });
    const { batches, logits } = expectedOf('roberta');
    const { padId } = await convert('fp32');
    const results = await runGraph(folder.file('model.onnx'), padId, batches);
    expect(largestDifference(results, logits)).toBeLessThan(1e-4);
  });

  it('is found under the names that TensorFlow checkpoints gave, and without a prefix', async () => {
    folder.copy('bert/config.json', 'bert/model.safetensors');
    folder.renameTensors((name) =>
      name
        .replace(/^bert\./, '')
        .replace('LayerNorm.weight', 'LayerNorm.gamma')
        .replace('LayerNorm.bias', 'LayerNorm.beta'),
    );
    const { batches, logits } = expectedOf('bert');
    const { padId } = await convert('fp32');
    const results = await runGraph(folder.file('model.onnx'), padId, batches);
    expect(largestDifference(results, logits)).toBeLessThan(1e-4);
  });
});

describe('a checkpoint that does not fit its config.json', () => {
  beforeEach(() => {
    folder.copy('roberta/config.json', 'roberta/model.safetensors');
  });

  afterEach(() => {
    expect(existsSync(folder.file('model.onnx'))).toBe(false);
  });

  it('is refused with the name and the shape of a missing tensor', async () => {
    folder.renameTensors((name) => name.replace('classifier.dense', 'lm_head.dense'));
    await expect(convert('int8')).rejects.toThrow(
      'tensor classifier.dense.weight [32, 32] is missing; the checkpoint has ',
    );
  });

  it('is refused with both shapes of a tensor of another size', async () => {
    folder.editConfig({ vocab_size: 62 });
    await expect(convert('int8')).rejects.toThrow(
      'tensor roberta.embeddings.word_embeddings.weight has the shape [61, 32], config.json asks for [62, 32]',
    );
  });

  it('is refused when it has more labels than the classifier has outputs', async () => {
    folder.editConfig({ id2label: { 0: 'a', 1: 'b', 2: 'c', 3: 'd' } });
    await expect(convert('fp32')).rejects.toThrow(
      'tensor classifier.out_proj.weight has the shape [3, 32], config.json asks for [4, 32]',
    );
  });

  it('is refused when the positions leave none for a token', async () => {
    folder.editConfig({ max_position_embeddings: 2 });
    await expect(convert('fp32')).rejects.toThrow('leaves no position for a token');
  });

  it('is refused, and leaves no file, when a tensor holds NaN', async () => {
    folder.poisonLastTensor();
    await expect(convert('int8')).rejects.toThrow('holds NaN or infinity');
  });

  it('is refused when config.json is missing or damaged', async () => {
    folder.write('config.json', '{');
    await expect(convert('int8')).rejects.toThrow('config.json cannot be read');
  });
});

function margin(row: readonly number[]): number {
  const [first = 0, second = 0] = row.toSorted((a, b) => b - a);
  return first - second;
}
