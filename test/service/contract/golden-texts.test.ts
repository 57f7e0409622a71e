import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import {
  areScoresClose,
  goldenLabel,
  goldenTolerances,
  readGoldenTexts,
} from '../../../service/contract/golden-texts.ts';
import { ManifestError, parseManifest } from '../../../service/contract/model-manifest.ts';

const [MODEL] = parseManifest(readFileSync('models/manifest.json', 'utf8'), 'manifest').models;
const bundle = (startUpLines: number[]) => ({
  ...MODEL!,
  golden: { ...MODEL!.golden, probabilities: 'p', startUpLines },
});
const file = (jsonLines: string, path = 'golden.jsonl') => ({ jsonLines, path });

describe('golden texts', () => {
  it('are read from the lines that the manifest names, in its order', () => {
    const lines = '{"text":"a","p":[1,0,0]}\n\n{"text":"b","p":[0,0.4,0.6],"truncated":true}\n';
    expect(readGoldenTexts(file(lines), bundle([2, 0]))).toEqual([
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
    [
      'other labels than the manifest has',
      '{"text":"a","p":[1,0,0],"labels":["positive","neutral","negative"]}',
      'was scored with positive, neutral, negative; to change labels, remove the model and add it',
    ],
    ['no probabilities', '{"text":"a"}', 'p is undefined; give one number for each of negative'],
  ])('are refused with the place and the remedy for %s', (_name, line, message) => {
    const read = () => readGoldenTexts(file(line), bundle([0]));
    expect(read).toThrow(ManifestError);
    expect(read).toThrow(message);
  });

  it('expect the label with the highest probability', () => {
    const text = { line: 0, text: 'a', truncated: false, probabilities: [0.2, 0.1, 0.7] };
    expect(goldenLabel(text, MODEL!)).toBe('positive');
  });

  it('have the probabilities of another CPU family, line by line', () => {
    const texts = file('{"text":"a","p":[1,0,0]}\n{"text":"b","p":[0,0,1]}');
    const scores = file(
      '{"probabilities":[0.9,0.1,0]}\n{"probabilities":[0,0.1,0.9]}',
      'other.jsonl',
    );
    expect(readGoldenTexts(texts, bundle([1]), scores)).toEqual([
      { line: 1, text: 'b', truncated: undefined, probabilities: [0, 0.1, 0.9] },
    ]);
    expect(() => readGoldenTexts(texts, bundle([1]), file('{}', 'other.jsonl'))).toThrow(
      'other.jsonl has 1 lines and no line 1 (from 0)',
    );
  });
});

describe('the tolerances of golden texts', () => {
  const golden = { ...MODEL!.golden, tolerance: 0.005, batchTolerance: 0.15, families: {} };
  const model = { ...MODEL!, batchInvariant: true, golden };

  it('differ for batches only where batches change the scores', () => {
    const tolerances = { tolerance: 0.005, batchTolerance: 0.005 };
    expect(goldenTolerances(model, 'x64')).toEqual(tolerances);
    expect(goldenTolerances({ ...model, batchInvariant: false }, 'x64')).toEqual({
      ...tolerances,
      batchTolerance: 0.15,
    });
  });

  it('are those of the CPU family', () => {
    const arm64 = { ...MODEL!.files[0]!, tolerance: 0.01 };
    const both = { ...model, golden: { ...golden, families: { arm64 } } };
    expect(goldenTolerances(both, 'arm64')).toEqual({ tolerance: 0.01, batchTolerance: 0.01 });
    expect(goldenTolerances(both, 'x64').tolerance).toBe(0.005);
  });

  it('are wide enough for another family where the bundle has only the probabilities of one', () => {
    expect(goldenTolerances(model, 'arm64')).toEqual({ tolerance: 0.05, batchTolerance: 0.05 });
    const made = { ...model, golden: { ...golden, family: 'arm64' as const } };
    expect(goldenTolerances(made, 'arm64').tolerance).toBe(0.005);
    expect(goldenTolerances(made, 'x64').tolerance).toBe(0.05);
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
