import { describe, expect, it } from '@jest/globals';
import { graphBytesOf } from '../../../cli/evaluate/candidate.ts';

describe('the size of a graph', () => {
  it('includes the weights in files beside it', () => {
    const file = (name: string, bytes: number) => ({ name, bytes, sha256: '' });
    const files = [
      file('golden.jsonl', 1),
      file('model.onnx', 20),
      file('model.onnx_data', 300),
      file('tokenizer.json', 4_000),
    ];
    expect(graphBytesOf(files)).toBe(320);
  });
});
