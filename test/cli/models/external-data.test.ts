import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { externalDataOf } from '../../../cli/models/external-data.ts';
import { foreignRepository } from '../../helpers/foreign-graph.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'graph-'));
  mkdirSync(join(folder, 'onnx'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(bytes: Uint8Array | undefined, name = 'model.onnx'): string {
  writeFileSync(join(folder, name), bytes ?? '');
  return name;
}

function graphWith(location: string): Buffer | undefined {
  return foreignRepository({ location }).get('model.onnx');
}

describe('the files that hold the weights of a graph', () => {
  it('are those that its tensors name, relative to the graph', () => {
    const graph = write(graphWith('weights.bin'), 'onnx/model.onnx');
    expect(externalDataOf(folder, graph)).toEqual(['onnx/weights.bin']);
    expect(externalDataOf(folder, write(graphWith('./a/b.c')))).toEqual(['a/b.c']);
  });

  it('are none where the graph holds its weights', () => {
    expect(externalDataOf(folder, write(foreignRepository().get('model.onnx')))).toEqual([]);
  });

  it('are none for a larger graph that the converter or an exporter has fused', () => {
    expect(externalDataOf('models/minilm-tweet-sentiment', 'model.onnx')).toEqual([]);
  });

  it.each(['../secret', '/etc/passwd', 'a/../../b', '..\\b', '.hidden', 'a b', ''])(
    'are refused outside the folder of the graph: %j',
    (location) => {
      const graph = write(graphWith(location));
      expect(() => externalDataOf(folder, graph)).toThrow('must be in the folder of the graph');
    },
  );

  it.each([
    ['a text', Buffer.from('not a model')],
    ['a graph that is cut short', foreignRepository().get('model.onnx')?.subarray(0, 100)],
    ['a number without an end', Buffer.alloc(20, 0x80)],
    ['messages nested without an end', nested()],
  ])('cannot be read of %s', (_, bytes) => {
    const graph = write(bytes);
    expect(() => externalDataOf(folder, graph)).toThrow(/^model\.onnx is not an ONNX graph: /);
  });
});

/** Graphs in attributes of nodes of graphs. */
function nested(): Buffer {
  let message = Buffer.alloc(0);
  for (let depth = 0; depth < 100; depth++) {
    for (const field of [6, 5, 1]) {
      const length = Buffer.from([0x80 | (message.length & 0x7f), message.length >> 7]);
      message = Buffer.concat([Buffer.from([(field << 3) | 2]), length, message]);
    }
  }
  const length = Buffer.from([0x80 | (message.length & 0x7f), message.length >> 7]);
  return Buffer.concat([Buffer.from([(7 << 3) | 2]), length, message]);
}
