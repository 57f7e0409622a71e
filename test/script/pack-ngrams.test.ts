import { describe, expect, it } from '@jest/globals';
import { packLanguageData } from '../../script/lib/pack-ngrams.ts';
import {
  type LanguageData,
  unpackLanguageData,
} from '../../service/inference/language/packed-ngrams.ts';

/** Has no types. */
const DETECTOR_DATA = '../../node_modules/eld/src/ngrams/small.js';

const LANGUAGES = { type: 'small', languages: { 0: 'am', 1: 'ar' }, isSubset: false };

describe('packed n-grams', () => {
  it('have the scores of every n-gram of the language detector', async () => {
    const { ngramsData }: { ngramsData: LanguageData } = await import(DETECTOR_DATA);
    const { ngrams, ...header } = unpackLanguageData(packLanguageData(ngramsData));
    const { ngrams: expected, ...expectedHeader } = ngramsData;
    expect(header).toEqual(expectedHeader);
    const wrong = Object.keys(expected).filter(
      (ngram) => JSON.stringify(ngrams[ngram]) !== JSON.stringify(expected[ngram]),
    );
    expect(wrong).toEqual([]);
  });

  it.each(['', 'b', '\0a', 'aa', 'constructor', '\u0161'])(
    'have no scores for %j if the data has none',
    (ngram) => {
      const data = { ...LANGUAGES, ngrams: { a: { 0: 1 } } };
      expect(unpackLanguageData(packLanguageData(data)).ngrams[ngram]).toBeUndefined();
    },
  );

  it.each([
    { ngrams: { seventh: { 0: 1 } } },
    { ngrams: { '\u0161': { 0: 1 } } },
    { ngrams: { a: { 256: 1 } } },
    { ngrams: { a: { 0: 256 } } },
    { ngrams: { a: { 0: 0.5 } } },
  ])('cannot hold $ngrams', (data) => {
    expect(() => packLanguageData({ ...LANGUAGES, ...data })).toThrow(/cannot be packed/);
  });
});
