import { describe, expect, it } from '@jest/globals';
import { inLanguage } from '../../../cli/populate/in-language.ts';

const batchOf = (...langs: (string | undefined)[]) => ({
  tweets: langs.map((lang, index) => ({
    id: String(index + 1),
    text: 'a',
    ...(lang !== undefined && { lang }),
  })),
  places: langs.map((_, index) => `line ${index + 1}`),
  cursor: '9',
});

describe('the tweets of a batch in one language', () => {
  it.each([
    ['id', 'in'],
    ['in', 'id'],
    ['he', 'iw'],
    ['en', 'en-US'],
    ['no', 'nb'],
    ['nb', 'no'],
    ['tl', 'fil'],
  ])('such as --lang %s are those that X or a file calls %s', (lang, told) => {
    const { tweets, places } = inLanguage(batchOf('fr', told), lang);
    expect(tweets.map((tweet) => tweet.lang)).toEqual([told]);
    expect(places).toEqual(['line 2']);
  });

  it.each([undefined, 'und', 'qst', 'qme', 'zxx'])(
    'include those with %s, which tells none',
    (told) => {
      expect(inLanguage(batchOf('fr', told), 'en').places).toEqual(['line 2']);
    },
  );

  it('are all without --lang', () => {
    expect(inLanguage(batchOf('fr', 'en'), undefined).tweets).toHaveLength(2);
  });
});
