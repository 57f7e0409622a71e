import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import {
  buildTokenizer,
  type VocabularyKind,
} from '../../../../cli/models/tokenizer/build-tokenizer.ts';
import { readTokenizerSettings } from '../../../../cli/models/tokenizer/special-tokens.ts';
import { EventLoopTurns } from '../../../../service/inference/tokenizer/event-loop-turns.ts';
import { parseTokenizerDefinition } from '../../../../service/inference/tokenizer/tokenizer-definition.ts';
import { TransformersTokenizer } from '../../../../service/inference/tokenizer/transformers-tokenizer.ts';

const FIXTURES = resolve('test/cli/models/tokenizer/fixtures');
const WINDOW = 4_096;

function readLines<T>(path: string): T[] {
  const text = gunzipSync(readFileSync(resolve(FIXTURES, path))).toString('utf8');
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as T);
}

async function tokenizerOf(kind: VocabularyKind, name: string, modelType: string) {
  const folder = resolve(FIXTURES, name);
  const built = await buildTokenizer(folder, kind, modelType, await readTokenizerSettings(folder));
  // As the service reads it back from tokenizer.json.
  const definition = parseTokenizerDefinition(JSON.parse(JSON.stringify(built)), name);
  return new TransformersTokenizer(definition, WINDOW, new EventLoopTurns());
}

describe('a tokenizer built from vocabulary files', () => {
  const texts = readLines<string>('texts.jsonl.gz');

  it.each<[name: string, kind: VocabularyKind, modelType: string]>([
    ['roberta', 'bytePair', 'roberta'],
    ['bert', 'wordPiece', 'bert'],
    ['bert-cased', 'wordPiece', 'bert'],
    ['mpnet', 'wordPiece', 'mpnet'],
    ['xlm-roberta', 'unigram', 'xlm-roberta'],
    ['camembert', 'unigram', 'camembert'],
  ])('gives the ids of transformers for %s', async (name, kind, modelType) => {
    const tokenizer = await tokenizerOf(kind, name, modelType);
    const expected = readLines<number[]>(`${name}/ids.jsonl.gz`);
    const differences: { text: string; ids: readonly number[]; expected?: number[] }[] = [];
    for (const [index, text] of texts.entries()) {
      const { ids } = await tokenizer.encode(text);
      const wanted = expected[index];
      if (JSON.stringify(ids) !== JSON.stringify(wanted)) {
        differences.push({ text, ids, ...(wanted && { expected: wanted }) });
      }
    }
    expect(texts.length).toBeGreaterThan(2_000);
    expect(differences).toEqual([]);
  });

  // Texts of more than 1,000 characters are cut at spaces and encoded part by part.
  it.each<[name: string, kind: VocabularyKind, modelType: string]>([
    ['bert', 'wordPiece', 'bert'],
    ['xlm-roberta', 'unigram', 'xlm-roberta'],
  ])('gives a long text the ids of its parts for %s', async (name, kind, modelType) => {
    const tokenizer = await tokenizerOf(kind, name, modelType);
    // A mark would join with the space before it.
    const parts = texts.filter((text) => /^[^\p{M}]/u.test(text) && text.length < 200);
    for (let start = 0; start + 40 <= parts.length; start += 40) {
      const some = parts.slice(start, start + 40);
      const { ids, truncated } = await tokenizer.encode(some.join(' '));
      const expected: number[] = [];
      for (const part of some) expected.push(...(await tokenizer.encode(part)).ids.slice(1, -1));
      expect(truncated).toBe(false);
      expect(ids.slice(1, -1)).toEqual(expected);
    }
  });
});
