import { describe, expect, it } from '@jest/globals';
import { languageName, languageNames, othersNote } from '../../../service/web/languages.ts';

describe('the page writes', () => {
  it('languages by their names', () => {
    expect(languageNames(['en'])).toBe('English');
    expect(languageNames(['en', 'de', 'fil'])).toBe('English, German, and Filipino');
    expect(languageName('xx')).toBe('xx');
    expect(languageName('no code')).toBe('no code');
  });

  it('no languages of a model whose languages are unknown', () => {
    expect(languageNames(['*'])).toBeNull();
  });

  it.each([
    [0, null],
    [1, '1 tweet is in other languages, which the model does not read: it is not included.'],
    [
      1_200,
      '1,200 tweets are in other languages, which the model does not read: they are not included.',
    ],
  ])('how many of %d tweets are left out', (tweets, note) => {
    expect(othersNote(tweets)).toBe(note);
  });
});
