import { describe, expect, it } from '@jest/globals';
import { parseComparison } from '../../../bench/stand-in/add-model.ts';

describe('parseComparison', () => {
  it('reads the line in which tss models add compares INT8 with FP32', () => {
    const output =
      'Converting ...\nINT8 against FP32: 99.2 % of 130 labels agree, largest difference of a probability 0.0419.\n';
    expect(parseComparison(output)).toEqual({
      agreementPercent: 99.2,
      texts: 130,
      largestDifference: 0.0419,
    });
  });

  it('finds nothing where a graph was not compared', () => {
    expect(parseComparison('Converting model.safetensors to model.onnx (fp32).\n')).toBeNull();
  });
});
