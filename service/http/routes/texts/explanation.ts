import { Type } from 'typebox';
import { oneOf } from '../../schemas/shared.ts';

export const TextsQuery = Type.Object(
  {
    explain: Type.Optional(
      oneOf(
        ['words'],
        'Adds `words`: the influence of each word of a single text of up to 64 words. Every word costs the scoring of one more text.',
      ),
    ),
  },
  { additionalProperties: false },
);

const offset = (description: string) => Type.Integer({ minimum: 0, description });

const ExplainedWord = Type.Object({
  start: offset('Start of the word in the text, in UTF-16 code units.'),
  end: offset('End of the word, exclusive.'),
  text: Type.String({ description: 'The word.' }),
  influence: Type.Unsafe<number | null>({
    type: ['number', 'null'],
    minimum: -1,
    maximum: 1,
    description:
      'Score of the label minus its score without this word: positive for a word that speaks for the label. Null if the text without the word has nothing to score.',
  }),
});

export const ExplainedWords = Type.Optional(
  Type.Array(ExplainedWord, {
    description:
      'With `explain=words`: the words of the text in order, by Unicode word boundaries; emoji, links, user names and tags are words, punctuation is not.',
  }),
);
