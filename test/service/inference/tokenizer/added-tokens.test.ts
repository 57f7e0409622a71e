import { describe, expect, it } from '@jest/globals';
import { AddedTokens } from '../../../../service/inference/tokenizer/added-tokens.ts';

const tokens = new AddedTokens([
  { id: 1, content: '👍' },
  { id: 2, content: '👍🏽' },
  { id: 3, content: '(^.^)' },
  { id: 4, content: '-' },
  { id: 5, content: ']' },
]);

describe('splitting added tokens off', () => {
  it.each([
    ['none', 'plain', ['plain']],
    ['within a word', 'so👍good', ['so', 1, 'good']],
    ['the longest match', '👍🏽👍', [2, 1]],
    ['at both ends', '👍 a 👍', [1, ' a ', 1]],
    ['characters of regular expressions', 'x(^.^)(^a^)-]', ['x', 3, '(^a^)', 4, 5]],
    ['an empty text', '', []],
  ])('%s', (_, text, pieces) => {
    expect([...tokens.split(text)].map(({ id, text: part }) => id ?? part)).toEqual(pieces);
  });

  it('leaves every text whole when there are none', () => {
    expect([...new AddedTokens([]).split('a👍')]).toEqual([{ id: null, text: 'a👍' }]);
  });
});
