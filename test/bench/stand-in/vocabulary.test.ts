import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SHAPES } from '../../../bench/stand-in/shapes.ts';
import { writeVocabulary } from '../../../bench/stand-in/vocabulary.ts';
import { readSentencePiece } from '../../../cli/models/tokenizer/read-sentencepiece.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vocabulary-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

const read = (name: string) => readFileSync(join(folder, name));

describe('writeVocabulary', () => {
  it('fills up the vocabulary of RoBERTa to its real size', async () => {
    await writeVocabulary(folder, SHAPES['roberta-base']);
    const ids: number[] = Object.values(JSON.parse(read('vocab.json').toString()));
    expect(new Set(ids).size).toBe(50_265);
    expect(Math.max(...ids)).toBe(50_264);
  });

  it('fills up the vocabulary of BERT to its real size', async () => {
    await writeVocabulary(folder, SHAPES['bert-base']);
    const words = read('vocab.txt').toString().trimEnd().split('\n');
    expect(new Set(words).size).toBe(30_522);
    expect(words[SHAPES['bert-base'].startId]).toBe('[CLS]');
  });

  it('fills up the SentencePiece model of XLM-RoBERTa, less the two ids that it lacks', async () => {
    await writeVocabulary(folder, SHAPES['xlm-roberta-base']);
    const file = 'sentencepiece.bpe.model';
    const { pieces } = readSentencePiece(read(file), file);
    expect(pieces).toHaveLength(250_000);
  });
});
