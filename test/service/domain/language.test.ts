import { describe, expect, it, jest } from '@jest/globals';
import { findingOf, languageOf } from '../../../service/domain/language.ts';

describe('the language of a tag', () => {
  it.each([
    ['en', 'en'],
    ['EN-gb', 'en'],
    ['zh-Hant-TW', 'zh'],
    ['fil', 'fil'],
    ['in', 'id'],
    ['iw', 'he'],
    ['nb', 'no'],
    ['nn-NO', 'no'],
    ['no', 'no'],
    ['arz', 'ar'],
    ['yue-Hant', 'zh'],
    ['tl', 'fil'],
  ])('%s is %s', (tag, language) => {
    expect(languageOf(tag)).toBe(language);
  });

  it.each([
    null,
    undefined,
    '',
    'und',
    'zxx',
    'mul',
    'art',
    'qme',
    'qht',
    'not a tag',
    'x-klingon',
  ])('%s is none', (tag) => {
    expect(languageOf(tag)).toBeNull();
  });

  it('is parsed once, also if it is none', () => {
    const locale: { language: string } = Intl.Locale.prototype;
    const parse = jest.spyOn(locale, 'language', 'get');
    try {
      const tags = ['pt-BR', 'qam', 'pt-BR', 'qam', 'pt-BR'];
      expect(tags.map(languageOf)).toEqual(['pt', null, 'pt', null, 'pt']);
      expect(parse).toHaveBeenCalledTimes(2);
    } finally {
      parse.mockRestore();
    }
  });

  it('is the same when more tags have occurred than are kept', () => {
    const tags = Array.from({ length: 1_100 }, (_, index) => `fr-x-${index}`);
    expect(new Set(tags.map(languageOf))).toEqual(new Set(['fr']));
    expect(languageOf('fr-x-0')).toBe('fr');
  });

  it('is none for a tag that is too long', () => {
    expect(languageOf(`en-${'a-'.repeat(10_000)}`)).toBeNull();
  });
});

describe('what a model reads', () => {
  it.each([
    ['en', ['en'], true],
    ['de', ['en'], false],
    ['de', ['en', 'de'], true],
    [null, ['en'], null],
    ['de', ['*'], null],
    ['no', ['nb'], true],
    ['nb', ['no'], true],
    ['ar', ['arz'], true],
  ])('of %s with a model for %j: %s', (language, modelLanguages, languageSupported) => {
    expect(findingOf(language, modelLanguages)).toEqual({ language, languageSupported });
  });
});
