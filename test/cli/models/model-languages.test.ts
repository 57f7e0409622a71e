import { describe, expect, it } from '@jest/globals';
import {
  languagesOfCard,
  parseLanguages,
  unidentifiableNote,
} from '../../../cli/models/model-languages.ts';

describe('the languages of a model', () => {
  it.each([
    [['en'], ['en']],
    [
      ['en-US', 'pt-BR', 'en'],
      ['en', 'pt'],
    ],
    [
      ['multilingual', 'ar', 'de'],
      ['ar', 'de'],
    ],
    [['multilingual'], ['*']],
    [[], ['*']],
  ])('of a card that says %j are %j', (tags, languages) => {
    expect(languagesOfCard(tags)).toEqual(languages);
  });

  it.each([
    ['en', ['en']],
    ['en, de,en', ['en', 'de']],
    ['*', ['*']],
    ['nb,no,in', ['no', 'id']],
  ])('given as %j are %j', (text, languages) => {
    expect(parseLanguages(text)).toEqual(languages);
  });

  it.each(['', 'en,', 'english!', 'en,*', 'und'])('cannot be given as %j', (text) => {
    expect(() => parseLanguages(text)).toThrow('--languages must be language codes');
  });

  it('are named if a text is never found to be in them', () => {
    expect(unidentifiableNote(['en', 'id', 'mk'])).toMatch(
      /^ Texts in id, mk cannot be identified: /,
    );
    expect(unidentifiableNote(['en', 'no', 'fil'])).toBe('');
    expect(unidentifiableNote(['*'])).toBe('');
    expect(unidentifiableNote(undefined)).toBe('');
  });
});
