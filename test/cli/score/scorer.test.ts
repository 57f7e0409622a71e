import { describe, expect, it } from '@jest/globals';
import { Scorer } from '../../../cli/score/scorer.ts';

describe('a page of more tweets than the engine takes at once', () => {
  it('is scored by calls of at most 256 texts, in the order of the tweets', async () => {
    const calls: number[] = [];
    const scorer = new Scorer({
      maxCharacters: 100,
      model: {
        languages: [],
        predict: async (texts) => {
          calls.push(texts.length);
          return texts.map((text) => ({
            label: 'positive',
            scores: {
              negative: 0,
              neutral: 1 - Number(text) / 1000,
              positive: Number(text) / 1000,
            },
            truncated: false,
            tokens: 3,
          }));
        },
      },
    });
    const texts = Array.from({ length: 600 }, (_, index) => ({
      text: `${index}`,
      source: null,
      scored: () => '',
    }));
    const scored = await scorer.score([{ line: 1, byte: 0, next: { bytes: 0, lines: 1 }, texts }]);
    expect(calls).toEqual([256, 256, 88]);
    const scores = scored.map((each) => 'prediction' in each && each.prediction.scores.positive);
    expect(scores).toEqual(texts.map((_, index) => index / 1000));
  });
});

describe('the limit of a text', () => {
  it('counts characters as the API does, not UTF-16 units', async () => {
    const scorer = new Scorer({
      maxCharacters: 5,
      model: {
        languages: [],
        predict: async (texts) =>
          texts.map(() => ({
            label: 'neutral',
            scores: { negative: 0, neutral: 1, positive: 0 },
            truncated: false,
            tokens: 3,
          })),
      },
    });
    const texts = ['😂😂😂😂😂', 'abcde', '😂😂😂😂😂a', 'abcdef'].map((text) => ({
      text,
      source: null,
      scored: () => '',
    }));
    const scored = await scorer.score([{ line: 1, byte: 0, next: { bytes: 0, lines: 1 }, texts }]);
    const fault = 'has a text of 6 characters; the longest allowed has 5';
    expect(scored.map((each) => ('fault' in each ? each.fault : null))).toEqual([
      null,
      null,
      fault,
      fault,
    ]);
  });
});
