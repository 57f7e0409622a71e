import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fromBinary } from '@bufbuild/protobuf';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { GraphBuilder } from '../../../../../cli/models/convert/onnx/graph-builder.ts';
import { ModelProtoSchema } from '../../../../../cli/models/convert/onnx/onnx-pb.ts';
import { writeModel } from '../../../../../cli/models/convert/onnx/write-model.ts';
import { CheckpointFolder } from '../helpers/fixtures.ts';

let folder: CheckpointFolder;
beforeEach(() => {
  folder = new CheckpointFolder();
});
afterEach(() => folder.remove());

const inputs = [{ name: 'x', type: 'int64', shape: ['batch', 4] }] as const;
const outputs = [{ name: 'y', type: 'float', shape: ['batch'] }] as const;

describe('a written model', () => {
  it('is read back with its nodes, attributes and constants', async () => {
    const graph = new GraphBuilder();
    const table = graph.floats('table', [2, 2], async () => Float32Array.of(1, 2, 3, 4));
    const rows = graph.node('Gather', [table, 'x'], { attributes: { axis: { int: 0 } } });
    graph.node('Gelu', [rows], { domain: 'com.microsoft', output: 'y' });
    const path = folder.file('model.onnx');
    const bytes = await writeModel(path, { graph, inputs, outputs });

    const file = readFileSync(path);
    expect(file.length).toBe(bytes);
    const model = fromBinary(ModelProtoSchema, file);
    expect(model.opsetImport.map(({ domain, version }) => [domain, version])).toEqual([
      ['', 17n],
      ['com.microsoft', 1n],
    ]);
    expect(model.graph?.node.map(({ opType, input, output }) => [opType, input, output])).toEqual([
      ['Gather', ['table', 'x'], ['value_0']],
      ['Gelu', ['value_0'], ['y']],
    ]);
    expect(model.graph?.node[0]?.attribute).toMatchObject([{ name: 'axis', i: 0n, type: 2 }]);
    expect(model.graph?.initializer).toMatchObject([
      { name: 'table', dims: [2n, 2n], dataType: 1 },
    ]);
    const { buffer } = Uint8Array.from(model.graph!.initializer[0]!.rawData);
    expect([...new Float32Array(buffer)]).toEqual([1, 2, 3, 4]);
    expect(model.graph?.input[0]).toMatchObject({
      name: 'x',
      type: { tensorType: { elemType: 7 } },
    });
  });

  it('is refused, and not begun, where it would pass 2 GiB', async () => {
    const graph = new GraphBuilder();
    graph.floats('table', [600_000, 1024], () => Promise.reject(new Error('written')));
    const path = folder.file('model.onnx');
    await expect(writeModel(path, { graph, inputs, outputs })).rejects.toThrow(
      'the graph takes 2.46 GB, an ONNX file ends at 2.15 GB; use --precision int8, or a smaller model',
    );
    expect(existsSync(path)).toBe(false);
  });

  it('leaves the folder as it was when a constant cannot be read', async () => {
    const graph = new GraphBuilder();
    graph.floats('first', [1], async () => Float32Array.of(1));
    graph.floats('second', [1], () => Promise.reject(new Error('the disk is gone')));
    const path = folder.file('model.onnx');
    folder.write('model.onnx', 'an earlier graph');
    await expect(writeModel(path, { graph, inputs, outputs })).rejects.toThrow('the disk is gone');
    expect(readdirSync(folder.path)).toEqual(['model.onnx']);
    expect(readFileSync(path, 'utf8')).toBe('an earlier graph');
  });
});
