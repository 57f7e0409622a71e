import { describe, expect, it } from '@jest/globals';
import { AddedColumns } from '../../../cli/score/added-columns.ts';
import { Scorer } from '../../../cli/score/scorer.ts';

const identity = {
  name: 'numbers',
  revision: '0123456789ab',
  preprocessingVersion: 1,
  languages: [],
  maxTokens: 256,
};

describe('a page of more tweets than the engine takes at once', () => {
  it('is scored by calls of at most 256 texts, in the order of the tweets', async () => {
    const calls: number[] = [];
    const scorer = new Scorer({
      added: new AddedColumns(''),
      maxCharacters: 100,
      model: {
        identity,
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
      scored: (added: object) => JSON.stringify({ index, ...added }),
    }));
    const scored = await scorer.score([{ line: 1, next: { bytes: 0, lines: 1 }, texts }]);
    expect(calls).toEqual([256, 256, 88]);
    const outputs = scored.map((each) => ('output' in each ? JSON.parse(each.output) : each));
    expect(outputs).toEqual(
      texts.map((_, index) =>
        expect.objectContaining({ index, label: 'positive', score_positive: index / 1000 }),
      ),
    );
  });
});
