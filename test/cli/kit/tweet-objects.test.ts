import { describe, expect, it } from '@jest/globals';
import { tweetObjects } from '../../../cli/kit/tweet-objects.ts';

describe('a retweet as twarc flattens it', () => {
  const author = { id: '7', username: 'ann' };
  const retweet = {
    ...{ id: '2', author_id: '7', author, lang: 'und', text: 'RT @jack: It was…' },
    entities: { hashtags: [{ tag: 'cut' }] },
  };
  const read = (referenced: object) =>
    tweetObjects({ ...retweet, referenced_tweets: [referenced] })?.tweets[0]?.tweet;

  it('has the words of its original, and keeps its author', () => {
    const words = { text: 'It was the worst.', lang: 'en', withheld: { country_codes: ['DE'] } };
    const tweet = read({ type: 'retweeted', id: '1', author_id: '8', author: {}, ...words });
    expect(tweet).toMatchObject({ id: '2', author_id: '7', author, ...words, withheld: {} });
    expect(tweet).not.toHaveProperty('entities');
  });

  it.each([
    { type: 'retweeted', id: '1' },
    { type: 'quoted', id: '1', text: 'of somebody else' },
  ])('stays as it is with %j', (referenced) => {
    expect(read(referenced)).toMatchObject(retweet);
  });
});
