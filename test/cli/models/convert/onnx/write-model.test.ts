import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fromBinary } from '@bufbuild/protobuf';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { GraphBuilder } from '../../../../../cli/models/convert/onnx/graph-builder.ts';
import { ModelProtoSchema } from '../../../../../cli/models/convert/onnx/onnx-pb.ts';
import { writeModel } from '../../../../../cli/models/convert/onnx/write-model.ts';
import { externalDataOf } from '../../../../../cli/models/external-data.ts';
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

  it('has large constants in a file beside it where that is asked for, each from a page on', async () => {
    const graph = new GraphBuilder();
    graph.floats('small', [2], async () => Float32Array.of(5, 6));
    graph.floats('table', [100, 200], async () => new Float32Array(20_000).fill(7));
    graph.floats('other', [16_384], async () => new Float32Array(16_384).fill(8));
    const path = folder.file('model.onnx');
    await writeModel(path, { graph, inputs, outputs }, { weightsBesideFrom: 145_536 });

    const { graph: written } = fromBinary(ModelProtoSchema, readFileSync(path));
    const places = written?.initializer.map(({ name, dataLocation, externalData }) => ({
      name,
      dataLocation,
      ...Object.fromEntries(externalData.map(({ key, value }) => [key, value])),
    }));
    const location = 'model.onnx.data';
    expect(places).toEqual([
      { name: 'table', dataLocation: 1, location, offset: '0', length: '80000' },
      { name: 'other', dataLocation: 1, location, offset: '81920', length: '65536' },
      { name: 'small', dataLocation: 0 },
    ]);
    const data = new Float32Array(Uint8Array.from(readFileSync(`${path}.data`)).buffer);
    expect([data.length, data[0], data[19_999]]).toEqual([36_864, 7, 7]);
    expect(new Set(data.subarray(20_480))).toEqual(new Set([8]));
    expect(externalDataOf(folder.path, 'model.onnx')).toEqual([location]);
  });

  it('is refused, and not begun, where it would pass 2 GiB', async () => {
    const graph = new GraphBuilder();
    graph.floats('table', [600_000, 1024], () => Promise.reject(new Error('written')));
    const path = folder.file('model.onnx');
    await expect(writeModel(path, { graph, inputs, outputs })).rejects.toThrow(
      'the graph takes 2.46 GB, an ONNX file holds at most 2.15 GB; use --precision int8, or a smaller model',
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
