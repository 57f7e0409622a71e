import { describe, expect, it } from '@jest/globals';
import { defaultPreprocessing } from '../../../cli/models/default-preprocessing.ts';

describe('the default preprocessing of an added model', () => {
  it.each([
    'cardiffnlp/twitter-roberta-base-sentiment',
    'CardiffNLP/twitter-xlm-roberta-base-sentiment',
  ])('unescapes HTML and masks users and links for %s', (repository) => {
    expect(defaultPreprocessing(repository)).toEqual(['unescape-html', 'mask-users-and-links']);
  });

  it.each([
    'finiteautomata/bertweet-base-sentiment-analysis',
    'someone/cardiffnlp',
    'mirror/cardiffnlp/twitter-roberta-base-sentiment',
    '/srv/models/sentiment',
  ])('has no steps for %s', (repository) => {
    expect(defaultPreprocessing(repository)).toEqual([]);
  });
});
