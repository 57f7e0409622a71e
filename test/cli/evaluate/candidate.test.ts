import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { bundleGraphBytes, graphBytes } from '../../../cli/evaluate/candidate.ts';
import { foreignRepository } from '../../helpers/foreign-graph.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'graph-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('the size of a graph', () => {
  it('includes the weights in files beside the graph of a bundle', () => {
    const file = (name: string, bytes: number) => ({ name, bytes, sha256: '' });
    const files = [
      file('golden.jsonl', 1),
      file('model.onnx', 20),
      file('model.onnx_data', 300),
      file('tokenizer.json', 4_000),
    ];
    expect(bundleGraphBytes(files)).toBe(320);
  });

  it('includes the weights in files beside any other graph', async () => {
    const graph = foreignRepository({ location: 'weights.bin' }).get('model.onnx') ?? Buffer.of();
    writeFileSync(join(folder, 'other.onnx'), graph);
    writeFileSync(join(folder, 'weights.bin'), Buffer.alloc(5_000));
    expect(await graphBytes(join(folder, 'other.onnx'))).toBe(graph.length + 5_000);
  });

  it.each([
    ['a graph that does not exist', {}, 'graph.onnx cannot be read; --model NAME=GRAPH takes an'],
    ['a file that is not a graph', { 'graph.onnx': 'texts' }, 'graph.onnx is not an ONNX graph'],
    [
      'weights that do not exist',
      { 'graph.onnx': foreignRepository({ location: 'weights.bin' }).get('model.onnx') ?? '' },
      'weights.bin, in which graph.onnx keeps weights, cannot be read',
    ],
  ])('is unknown for %s', async (_, files, message) => {
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
    await expect(graphBytes(join(folder, 'graph.onnx'))).rejects.toThrow(message);
  });

  it('is unknown for a folder', async () => {
    await expect(graphBytes(folder)).rejects.toThrow(`${folder} cannot be read`);
  });
});
