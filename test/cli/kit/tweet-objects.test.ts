import { describe, expect, it } from '@jest/globals';
import { tweetObjects } from '../../../cli/kit/tweet-objects.ts';
import { tweetFromX } from '../../../service/tweet-source/x-format/tweet.ts';

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

describe('a tweet of v1.1', () => {
  const id = '2126000000000000123';
  const user = { id: 7, id_str: '7', screen_name: 'Ann' };
  const mentions = { user_mentions: [{ id_str: '8', screen_name: 'bob' }] };
  const entities = { hashtags: [], symbols: [], urls: [{ url: 'https://t.co/1' }], ...mentions };
  const ofAnn = { author_id: '7', author: { id: '7', username: 'Ann' } };
  const read = (value: object) => tweetObjects(value)?.tweets[0]?.tweet;

  it.each<[string, object]>([
    ['with its id as a number', { id: 20, id_str: '20' }],
    ['with its id as text', { id, id_str: id }],
    ['with its id as text alone', { id }],
    ['without a full text', { id_str: id, full_text: null, extended_tweet: null }],
    ['with empty structures', { id_str: id, extended_tweet: {}, retweeted_status: { id: null } }],
  ])('%s has its author', (_, ids) => {
    expect(read({ ...ids, text: 'hi', user, entities })).toMatchObject({ text: 'hi', ...ofAnn });
  });

  it.each<[string, object, object]>([
    ['trimmed', { id: 7, id_str: '7' }, { author_id: '7' }],
    ['without text for its id', { id: 7, screen_name: 'Ann' }, ofAnn],
    ['with a name that is none', { id_str: '7', screen_name: '' }, { author_id: '7' }],
    ['without an id', { screen_name: 'Ann' }, {}],
  ])('keeps what a user %s tells', (_, trimmed, author) => {
    expect(read({ id, id_str: id, text: 'hi', user: trimmed })).toEqual({
      ...{ id, text: 'hi', ...author },
    });
  });

  it('has its time, language and the topics that were added', () => {
    const rest = { lang: 'en', topics: ['phones'] };
    const time = { created_at: 'Mon Nov 15 19:08:05 +0000 2021' };
    expect(read({ id, id_str: id, text: 'hi', user, ...time, ...rest })).toEqual({
      ...{ id, text: 'hi', created_at: '2021-11-15T19:08:05.000Z', ...rest, ...ofAnn },
    });
  });

  it('has the full text of a long one, of its other form and of a retweet, and the topics in it', () => {
    const text = `${'word '.repeat(30)}#bitcoin #wallets $BTC`;
    const tags = {
      hashtags: [{ text: 'bitcoin' }, { text: 'wallets' }],
      symbols: [{ text: 'BTC' }],
    };
    const cut = { id, id_str: id, text: 'word word…', truncated: true, entities, user };
    const long = { ...cut, extended_tweet: { full_text: text, entities: tags } };
    const full = { id, id_str: id, full_text: text, entities: tags, user };
    const untagged = { ...cut, extended_tweet: { full_text: text } };
    const retweetOf = (original: object) => ({
      ...{ ...cut, text: 'RT @bob: word word…', retweeted_status: original },
    });
    for (const form of [long, full, untagged, ...[long, full, untagged].map(retweetOf)]) {
      const tweet = read(form);
      expect(tweet).toMatchObject({ text, ...ofAnn });
      expect(tweet && tweetFromX(tweet).topics).toEqual(['#bitcoin', '#wallets', '$btc']);
    }
  });

  it.each([ofAnn, { author_id: '7', username: 'Ann' }, { user_id: '7', author_username: '@Ann' }])(
    'may have the author as v2 or CSV has it: %j',
    (author) => {
      expect(read({ id_str: id, text: 'hi', ...author })).toEqual({ id, text: 'hi', ...ofAnn });
    },
  );
});

describe('a page on which X found nothing', () => {
  it.each([{ meta: { result_count: 0 } }, { errors: [{ title: 'Not Found Error', value: '1' }] }])(
    'has no tweets: %j',
    (page) => {
      expect(tweetObjects(page)).toEqual({ tweets: [] });
    },
  );
});

describe('a tweet of v2', () => {
  it.each([
    { id: '1', text: 'hi', author_id: '7', note_tweet: { text: 'long' }, id_str: '1' },
    { id: '1', text: 'hi', note_tweet: { text: 'long' }, user: 'ann', full_text: null },
    { id: '1', text: 'hi', note_tweet: { text: 'long' }, user: {}, retweeted_status: {} },
  ])('is not taken for one of v1.1: %j', (tweet) => {
    expect(tweetObjects(tweet)?.tweets[0]?.tweet).toMatchObject({ note_tweet: { text: 'long' } });
  });

  it('has its id as text', () => {
    expect(tweetObjects({ id: 1, text: 'hi' })).toBeNull();
  });

  it.each(['2021-11-15 20:08:05+01:00', 'Mon Nov 15 19:08:05 +0000 2021'])(
    'has its time also from %s',
    (time) => {
      const { tweet } = tweetObjects({ id: '1', text: 'hi', created_at: time })?.tweets[0] ?? {};
      expect(tweet?.created_at).toBe('2021-11-15T19:08:05.000Z');
    },
  );

  const ofAnn = { author_id: '7', author: { id: '7', username: 'Ann' } };

  it.each<[object, object]>([
    [{ author_id: '7', username: 'Ann' }, ofAnn],
    [{ author_id: '7', author_username: '@Ann' }, ofAnn],
    [{ 'author.id': '7', 'author.username': 'Ann' }, ofAnn],
    [{ user_id: '7', user: 'Ann' }, ofAnn],
    [{ author_id: '7', Username: 'Ann' }, ofAnn],
    [{ ...ofAnn, username: 'bob' }, ofAnn],
    [{ author_username: 'Ann' }, { username: 'Ann' }],
  ])('has its author also from keys that are named as columns of CSV: %j', (keys, author) => {
    const { tweet } = tweetObjects({ id: '1', text: 'hi', ...keys })?.tweets[0] ?? {};
    expect(tweet).toMatchObject(author);
  });

  it.each([
    [{ author_id: '7', username: 'Ann Lee' }, { author_id: '7' }],
    [{ user_id: '7.0', username: 'Ann' }, { username: 'Ann' }],
  ])('is kept without what X does not allow of such keys: %j', (keys, author) => {
    const { tweet } = tweetObjects({ id: '1', text: 'hi', ...keys })?.tweets[0] ?? {};
    expect(tweet).toEqual({ id: '1', text: 'hi', ...keys, ...author });
  });
});
