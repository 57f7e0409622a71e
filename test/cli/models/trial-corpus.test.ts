import { describe, expect, it } from '@jest/globals';
import { trialCorpus } from '../../../cli/models/trial-corpus.ts';

describe('the texts of a trial', () => {
  const texts = trialCorpus();

  it('are 2,000, hardly any of them twice', () => {
    expect(texts).toHaveLength(2_000);
    expect(new Set(texts).size).toBeGreaterThan(1_950);
  });

  it('are the same in every run', () => {
    expect(trialCorpus()).toEqual(texts);
  });

  it.each([
    ['emoji with a variation selector', /\p{Extended_Pictographic}\ufe0f/u],
    ['emoji with a skin tone', /\p{Emoji_Modifier}/u],
    ['joined emoji', /\u200d/],
    ['combining marks', /\p{Mn}{2}/u],
    ['Arabic', /\p{Script=Arabic}{3}/u],
    ['Devanagari', /\p{Script=Devanagari}{3}/u],
    ['Han', /\p{Script=Han}{3}/u],
    ['Hangul', /\p{Script=Hangul}{3}/u],
    ['a word of 60 letters', /\p{L}{60}/u],
    ['links', /https:\/\/\w+\.com/],
    ['mentions', /@\w+ /],
    ['hashtags', /#\w+/],
    ['control characters', /\p{Cc}/u],
    ['character references', /&#39;/],
  ])('hold %s', (_, pattern) => {
    expect(texts.some((text) => pattern.test(text))).toBe(true);
  });
});
