import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { withoutWord, wordsOf } from '../../../service/domain/words.ts';
import { unicodeString } from '../../helpers/unicode-string.ts';

const wordsIn = (text: string) =>
  [...wordsOf(text)].map(({ start, end }) => text.slice(start, end));

/** Pieces that writing systems, emoji and tweets are made of. */
const PIECES = [
  ...['love', "don't", '3.5', '_', 'é', 'e\u0301', 'ß'],
  ...['私はこの電話が大好き', '我爱你', '최고예요', 'ภาษาไทย', 'हिन्दी', '#हिन्दी'],
  ...['أحب هذا', 'אני אוהב', '\u202e', '\u200f', '\u200d', '\ufeff'],
  ...['👍🏽', '👨‍👩‍👧', '🇩🇪', '🇫', '3️⃣', '❤️', '\ud83d', '\ude00'],
  ...['https://x.com/a?b=c', 'http', '://', '@jack', '#bitcoin', '$BTC', '@', '#'],
  ...[' ', '  ', '\n', '\r\n', '\u3000', '!', '…', ':)', '-'],
];
const anyText = fc
  .array(fc.oneof(fc.constantFrom(...PIECES), unicodeString({ maxLength: 3 })), { maxLength: 30 })
  .map((pieces) => pieces.join(''));

describe('words of a text', () => {
  it.each([
    ["I don't like it, at all!", ['I', "don't", 'like', 'it', 'at', 'all']],
    [
      '@jack: see https://x.com/a?b=c #bitcoin $BTC',
      ['@jack', 'see', 'https://x.com/a?b=c', '#bitcoin', '$BTC'],
    ],
    ['fine 👍🏽👨‍👩‍👧 3️⃣ 🇩🇪🇫🇷', ['fine', '👍🏽', '👨‍👩‍👧', '3️⃣', '🇩🇪', '🇫🇷']],
    ['私はこの電話が大好きです', ['私', 'は', 'この', '電話', 'が', '大好き', 'です']],
    ['أحب هذا الهاتف!', ['أحب', 'هذا', 'الهاتف']],
    ['最高 #スター・ウォーズ ＃foo', ['最高', '#スター・ウォーズ', '＃foo']],
    ['... :) !!', []],
    ['', []],
  ])('of %j are %j', (text, words) => {
    expect(wordsIn(text)).toEqual(words);
  });

  it('and the gaps between them give the text again, whatever it holds', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        let rebuilt = '';
        let from = 0;
        for (const { start, end } of wordsOf(text)) {
          expect(start).toBeGreaterThanOrEqual(from);
          expect(end).toBeGreaterThan(start);
          rebuilt += text.slice(from, start) + text.slice(start, end);
          from = end;
        }
        expect(rebuilt + text.slice(from)).toBe(text);
      }),
    );
  });

  it('hold neither white space nor half of a surrogate pair', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        for (const { start, end } of wordsOf(text)) {
          expect(text.slice(start, end)).toMatch(/^\S/);
          expect([isInsidePair(text, start), isInsidePair(text, end)]).toEqual([false, false]);
        }
      }),
    );
  });
});

describe('a text without a word', () => {
  it.each([
    ['I love it', 1, 'I it'],
    ['I love it', 0, 'love it'],
    ['I love it', 2, 'I love '],
    ['so (very) good', 1, 'so () good'],
    ['大好きです', 0, 'です'],
  ])('of %j without word %i is %j', (text, index, left) => {
    expect(withoutWord(text, [...wordsOf(text)][index]!)).toBe(left);
  });
});

function isInsidePair(text: string, at: number): boolean {
  return /^[\ud800-\udbff][\udc00-\udfff]/.test(text.slice(Math.max(0, at - 1), at + 1)) && at > 0;
}
