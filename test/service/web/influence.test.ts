import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { wordsOf } from '../../../service/domain/words.ts';
import { type ExplainedWord, piecesOf, points, summaryOf } from '../../../service/web/influence.ts';

const TEXT = 'I love it, but';
/** The words of a text with these influences, in order. */
function explained(text: string, influences: readonly (number | null)[]): ExplainedWord[] {
  return [...wordsOf(text)].map(({ start, end }, index) => ({
    start,
    end,
    text: text.slice(start, end),
    influence: influences[index] ?? null,
  }));
}

describe('the pieces of a shaded text', () => {
  it('are words for the label, against it, and what stands between', () => {
    const pieces = piecesOf(TEXT, explained(TEXT, [0.001, 0.4, null, -0.2]));
    expect(pieces.filter(({ shade }) => shade !== 0)).toEqual([
      { text: 'love', shade: 1 },
      { text: 'but', shade: -0.5 },
    ]);
  });

  it('are pale where no word has much influence', () => {
    const pieces = piecesOf('good', explained('good', [0.02]));
    expect(pieces).toEqual([{ text: 'good', shade: expect.closeTo(0.2) }]);
  });

  it('join to the text again, with shades from -1 to 1', () => {
    const influence = fc.option(fc.double({ min: -1, max: 1, noNaN: true }));
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.array(influence), (text, influences) => {
        const pieces = piecesOf(text, explained(text, influences));
        expect(pieces.map((piece) => piece.text).join('')).toBe(text);
        for (const { shade } of pieces) expect(Math.abs(shade)).toBeLessThanOrEqual(1);
      }),
    );
  });
});

describe('influences in words', () => {
  it.each([
    [0.1234, '+12.3'],
    [-0.5, '−50.0'],
    [-0.0001, '0.0'],
    [null, '–'],
  ])('%p is written as %s', (influence, written) => {
    expect(points(influence)).toBe(written);
  });

  it.each([
    [
      [0, 0.4, 0, -0.2],
      '“love” speaks most for positive (+40.0 points), “but” speaks most against it (−20.0 points).',
    ],
    [[0, 0.4, 0.1, 0], '“love” speaks most for positive (+40.0 points).'],
    [[0, -0.4, 0, 0], '“love” speaks most against positive (−40.0 points).'],
    [[0, 0, null, 0], 'No single word decides for positive.'],
  ])('%j are summed up as %s', (influences, sentence) => {
    expect(summaryOf(explained(TEXT, influences), 'positive')).toBe(sentence);
  });
});
