import { writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { convertCheckpoint } from '../../../../cli/models/convert/convert-checkpoint.ts';
import {
  type Batch,
  CheckpointFolder,
  expectedOf,
  FAMILIES,
  readFixture,
} from './helpers/fixtures.ts';
import { largestDifference, runGraph } from './helpers/run-graph.ts';

/** One text, alone and with others of every length, in other orders. */
function mixed(batches: readonly Batch[]): { alone: Batch[]; together: Batch[] } {
  const texts = batches.flat();
  return { alone: texts.map((text) => [text]), together: [texts, texts.toReversed()] };
}

let folder: CheckpointFolder;
beforeEach(() => {
  folder = new CheckpointFolder();
});
afterEach(() => folder.remove());

function convert(precision: 'fp32' | 'int8') {
  return convertCheckpoint({ folder: folder.path, precision, out: folder.file('model.onnx') });
}

describe.each(FAMILIES)('a converted %s classifier', (family) => {
  const { batches, logits } = expectedOf(family);

  beforeEach(() => {
    folder.copy(`${family}/config.json`, `${family}/model.safetensors`);
  });

  it('computes the logits of transformers within 1e-4 in FP32', async () => {
    const { padId } = await convert('fp32');
    const results = await runGraph(folder.file('model.onnx'), padId, batches);
    expect(largestDifference(results, logits)).toBeLessThan(1e-4);
  });

  it('chooses the labels of transformers in INT8', async () => {
    const { padId } = await convert('int8');
    const results = await runGraph(folder.file('model.onnx'), padId, batches);
    console.log(family, largestDifference(results, logits), JSON.stringify(logits));
    expect(results.flat().map(winner)).toEqual(logits.flat().map(winner));
  });

  it.each(['fp32', 'int8'] as const)(
    'gives a text the same logits in any batch (%s)',
    async (precision) => {
      const { padId } = await convert(precision);
      const { alone, together } = mixed(batches);
      const graph = folder.file('model.onnx');
      const [forward, backward] = await runGraph(graph, padId, together);
      const single = (await runGraph(graph, padId, alone)).flat();
      console.log(family, precision, largestDifference(forward, single));
      expect(largestDifference(forward, single)).toBeLessThan(1e-5);
      expect(largestDifference(backward!.toReversed(), single)).toBeLessThan(1e-5);
    },
  );
});

function winner(row: readonly number[]): number {
  return row.indexOf(Math.max(...row));
}
void writeFileSync;
void readFixture;
