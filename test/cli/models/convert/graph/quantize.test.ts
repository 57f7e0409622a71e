import { describe, expect, it } from '@jest/globals';
import {
  quantizeTable,
  quantizeWeights,
} from '../../../../../cli/models/convert/graph/quantize.ts';
import { readFixture } from '../helpers/fixtures.ts';

interface Quantized {
  readonly weights: readonly number[];
  readonly columns: number;
  readonly values: readonly number[];
  readonly scales: readonly number[];
  readonly tableValues: readonly number[];
  readonly tableScales: readonly number[];
}

const fixture = readFixture<Quantized>('quantized.json');
const weights = Float32Array.from(fixture.weights);

describe('row-wise quantization', () => {
  it('gives the weights and scales of the reference method in Python', () => {
    const { values, scales } = quantizeWeights(weights, fixture.columns);
    expect([...values]).toEqual(fixture.values);
    expect(scales).toEqual(Float32Array.from(fixture.scales));
  });

  it('gives the embedding table and scales of the reference method in Python', () => {
    const { values, scales } = quantizeTable(weights, fixture.columns);
    expect([...values]).toEqual(fixture.tableValues);
    expect(scales).toEqual(Float32Array.from(fixture.tableScales));
  });

  it('keeps weights within 7 bits', () => {
    const { values } = quantizeWeights(weights, fixture.columns);
    expect(Math.max(...values)).toBe(64);
    expect(Math.min(...values)).toBe(-64);
  });

  it('clips an outlier where that loses less than a coarse scale', () => {
    const row = Float32Array.from({ length: 1000 }, (_, at) => Math.sin(at));
    row[0] = 1.4;
    const { scales } = quantizeWeights(row, row.length);
    expect(scales[0]).toBeLessThan(1.4 / 64);
  });
});
