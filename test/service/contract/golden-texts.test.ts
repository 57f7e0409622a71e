import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import {
  areScoresClose,
  batchTolerance,
  goldenLabel,
  readGoldenTexts,
} from '../../../service/contract/golden-texts.ts';
import { ManifestError, parseManifest } from '../../../service/contract/model-manifest.ts';

const [MODEL] = parseManifest(readFileSync('models/manifest.json', 'utf8'), 'manifest').models;
const bundle = (startUpLines: number[]) => ({
  ...MODEL!,
  golden: { ...MODEL!.golden, probabilities: 'p', startUpLines },
});

describe('golden texts', () => {
  it('are read from the lines that the manifest names, in its order', () => {
    const lines = '{"text":"a","p":[1,0,0]}\n\n{"text":"b","p":[0,0.4,0.6],"truncated":true}\n';
    expect(readGoldenTexts(lines, bundle([2, 0]), 'golden.jsonl')).toEqual([
      { line: 2, text: 'b', truncated: true, probabilities: [0, 0.4, 0.6] },
      { line: 0, text: 'a', truncated: undefined, probabilities: [1, 0, 0] },
    ]);
  });

  it.each([
    ['a line that is not JSON', '{', 'golden.jsonl, line 0 (from 0) is not JSON'],
    ['a line without a text', '{"p":[1,0,0]}', 'golden.jsonl, line 0 (from 0) has no golden text'],
    ['null', 'null', 'golden.jsonl, line 0 (from 0) has no golden text'],
    ['a truncation in words', '{"text":"a","truncated":"no"}', 'has no golden text'],
    ['two probabilities', '{"text":"a","p":[1,0]}', 'p is [1,0]; give one number for each of neg'],
    ['no probabilities', '{"text":"a"}', 'p is undefined; give one number for each of negative'],
  ])('are refused with the place and the remedy for %s', (_name, line, message) => {
    const read = () => readGoldenTexts(line, bundle([0]), 'golden.jsonl');
    expect(read).toThrow(ManifestError);
    expect(read).toThrow(message);
  });

  it('expect the label with the highest probability', () => {
    const text = { line: 0, text: 'a', truncated: false, probabilities: [0.2, 0.1, 0.7] };
    expect(goldenLabel(text, MODEL!)).toBe('positive');
  });

  it('allow the tolerance for batches only where batches change the scores', () => {
    const golden = { ...MODEL!.golden, tolerance: 0.005, batchTolerance: 0.15 };
    expect(batchTolerance({ ...MODEL!, batchInvariant: true, golden })).toBe(0.005);
    expect(batchTolerance({ ...MODEL!, batchInvariant: false, golden })).toBe(0.15);
    expect(batchTolerance({ ...MODEL!, batchInvariant: false })).toBe(MODEL!.golden.tolerance);
  });
});

describe('the comparison of scores', () => {
  it('accepts a difference of the tolerance and no more', () => {
    expect(areScoresClose([0.5, 0.25], [0.25, 0.5], 0.25)).toBe(true);
    expect(areScoresClose([0.5, 0.25], [0.25, 0.5], 0.2499)).toBe(false);
  });

  it.each([
    ['null', [null]],
    ['NaN', [Number.NaN]],
    ['a string', ['0']],
    ['an absent score', []],
    ['a score too many', [0, 0]],
  ])('rejects %s where 0 is expected', (_name, scores) => {
    expect(areScoresClose(scores, [0], 0.5)).toBe(false);
  });
});
