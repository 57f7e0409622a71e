import { describe, expect, it } from '@jest/globals';
import { AddedTokens, isOfFamily } from '../../../../service/inference/tokenizer/added-tokens.ts';

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

  it.each([
    ['none', {}, 'a  x  bxb', ['a  ', 1, '  b', 1, 'b']],
    ['lstrip', { lstrip: true }, 'a \u3000x  x b', ['a', 1, 1, ' b']],
    ['rstrip', { rstrip: true }, 'a x \nx', ['a ', 1, 1]],
    [
      'single_word',
      { single_word: true },
      'x bx x_ 𝐚x (x) x\u0301',
      [1, ' bx x_ 𝐚x (', 1, ') x\u0301'],
    ],
  ])('heeds the flag %s', (_, flags, text, pieces) => {
    const flagged = new AddedTokens([{ id: 1, content: 'x', ...flags }]);
    expect([...flagged.split(text)].map(({ id, text: part }) => id ?? part)).toEqual(pieces);
  });

  it('gives spaces that a token has taken to no other one', () => {
    const blanks = new AddedTokens([
      { id: 1, content: 'x', rstrip: true },
      { id: 2, content: '  ' },
    ]);
    const pieces = [...blanks.split('x    y    z')];
    expect(pieces.map(({ id, text }) => id ?? text)).toEqual([1, 'y', 2, 2, 'z']);
  });

  it.each(['[CLS]', '<PAD>', '<mask>'])('tells %s of a model family from others', (content) => {
    expect([isOfFamily(content), isOfFamily('@user')]).toEqual([true, false]);
  });

  it('takes the first of two tokens that are spelled the same', () => {
    const twice = new AddedTokens([
      { id: 1, content: 'x' },
      { id: 2, content: 'x' },
    ]);
    expect([...twice.split('x')]).toEqual([{ id: 1, text: null }]);
  });

  it('leaves every text whole when there are none', () => {
    expect([...new AddedTokens([]).split('a👍')]).toEqual([{ id: null, text: 'a👍' }]);
  });
});
