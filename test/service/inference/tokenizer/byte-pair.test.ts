import { describe, expect, it } from '@jest/globals';
import { BytePair } from '../../../../service/inference/tokenizer/byte-pair.ts';
import { BYTE_LEVEL } from '../helpers/byte-level-definition.ts';

const { model } = BYTE_LEVEL;
if (model.type !== 'BPE') throw new Error('The definition is not of byte pairs');
const { vocab, merges } = model;

function tokensOf(bytePair: BytePair, words: readonly string[]): string[] {
  const names = new Map(Object.entries(vocab).map(([token, id]) => [id, token]));
  return [...bytePair.encode(words)].flat().map((id) => names.get(id) ?? '');
}

describe('byte pairs', () => {
  const bytePair = new BytePair(model);

  it('are merged by rank, those of the same rank from left to right', () => {
    expect(tokensOf(bytePair, ['lowing'])).toEqual(['low', 'ing']);
    expect(tokensOf(bytePair, ['hell'])).toEqual(['he', 'll']);
    expect(tokensOf(bytePair, ['.....'])).toEqual(['..', '..', '.']);
    expect(tokensOf(bytePair, ['lll', ' the'])).toEqual(['ll', 'l', 'Ġthe']);
  });

  it('are bytes where a character has no token', () => {
    expect(tokensOf(bytePair, ['😂é'])).toEqual(['ðŁ', 'ĺ', 'Ĥ', 'Ã', '©']);
  });

  it('may be written as pairs or with a space', () => {
    const pairs = merges.map((merge): readonly [string, string] => {
      const [left = '', right = ''] = typeof merge === 'string' ? merge.split(' ') : merge;
      return [left, right];
    });
    const words = ['lowing', ' the'];
    expect(tokensOf(new BytePair({ vocab, merges: pairs }), words)).toEqual(
      tokensOf(bytePair, words),
    );
  });

  it.each(['.'.repeat(25_000), 'lowing'.repeat(4_000), '😂'.repeat(6_000), 'é'.repeat(12_000)])(
    'of a long word come in many parts, each of little work (%#)',
    (word) => {
      const parts = [...bytePair.encode([word])];
      expect(parts.length).toBeGreaterThan(Buffer.byteLength(word) / 1_100);
      expect(tokensOf(bytePair, [word.slice(0, 60)])).toEqual(
        tokensOf(bytePair, [word]).slice(0, tokensOf(bytePair, [word.slice(0, 60)]).length),
      );
    },
  );

  it('with a token that the vocabulary lacks are refused by name', () => {
    expect(() => new BytePair({ vocab, merges: [...merges, 'z z'] })).toThrow(
      'merge 13, "z" with "z", has a token that the vocabulary lacks',
    );
  });
});
