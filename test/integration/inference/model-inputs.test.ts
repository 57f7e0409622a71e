import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { GraphBuilder } from '../../../cli/models/convert/onnx/graph-builder.ts';
import { ELEMENT_TYPES } from '../../../cli/models/convert/onnx/initializer.ts';
import { writeModel } from '../../../cli/models/convert/onnx/write-model.ts';
import { runGraph } from '../cli/models/convert/run-graph.ts';

const PAD_ID = 7;
const BATCH = [[3, 4], [5]];

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'graph-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Writes a graph whose output holds the sum of each input, by text. */
async function sumGraph(
  inputs: readonly (readonly [name: string, type: 'int32' | 'int64'])[],
  output: string,
): Promise<string> {
  const graph = new GraphBuilder();
  const sums = inputs.map(([name]) => {
    const to = { attributes: { to: { int: ELEMENT_TYPES.float } } };
    const axes = graph.ints(`axes_${name}`, [1]);
    return graph.node('ReduceSum', [graph.node('Cast', [name], to), axes]);
  });
  graph.node('Concat', sums, { attributes: { axis: { int: 1 } }, output });
  const path = join(folder, `${output}.onnx`);
  await writeModel(path, {
    graph,
    inputs: inputs.map(([name, type]) => ({ name, type, shape: ['batch', 'tokens'] })),
    outputs: [{ name: output, type: 'float', shape: ['batch', inputs.length] }],
  });
  return path;
}

describe('the inputs of a graph', () => {
  it('are padded ids, a mask and zeros for token types, in the types that the graph asks for', async () => {
    const graph = await sumGraph(
      [
        ['input_ids', 'int32'],
        ['attention_mask', 'int64'],
        ['token_type_ids', 'int32'],
      ],
      'logits',
    );
    expect(await runGraph(graph, PAD_ID, [BATCH])).toEqual([
      [
        [7, 2, 0],
        [12, 1, 0],
      ],
    ]);
  });

  it('are refused by name where one is not known', async () => {
    const graph = await sumGraph([['pixel_values', 'int64']], 'unknown');
    await expect(runGraph(graph, PAD_ID, [BATCH])).rejects.toThrow(/input "pixel_values"/);
  });
});

describe('the output of a graph', () => {
  it('may have any name where it is the only one', async () => {
    const graph = await sumGraph([['input_ids', 'int64']], 'scores');
    expect(await runGraph(graph, PAD_ID, [[[1, 2, 3]]])).toEqual([[[6]]]);
  });
});
