import { describe, expect, it } from '@jest/globals';
import { findingOf, languageOf } from '../../../service/domain/language.ts';

describe('the language of a tag', () => {
  it.each([
    ['en', 'en'],
    ['EN-gb', 'en'],
    ['zh-Hant-TW', 'zh'],
    ['fil', 'fil'],
    ['in', 'id'],
    ['iw', 'he'],
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
  ])('of %s with a model for %j: %s', (language, modelLanguages, languageSupported) => {
    expect(findingOf(language, modelLanguages)).toEqual({ language, languageSupported });
  });
});
