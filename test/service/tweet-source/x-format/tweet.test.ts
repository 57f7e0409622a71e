import { describe, expect, it } from '@jest/globals';
import { Check } from 'typebox/value';
import { CallerError } from '../../../../service/domain/errors.ts';
import { MAX_TOPICS } from '../../../../service/domain/topics.ts';
import {
  isWithheld,
  tweetFromX,
  XIncludes,
  XTweet,
} from '../../../../service/tweet-source/x-format/tweet.ts';

const X: XTweet = {
  id: '1460323737035677698',
  text: 'I love this phone',
  author_id: '2244994945',
  created_at: '2021-11-15T19:08:05.000Z',
};

describe('the schema of a tweet', () => {
  it('accepts a tweet as X sends it and ignores unknown fields', () => {
    const full = {
      ...X,
      edit_history_tweet_ids: [X.id],
      lang: 'en',
      entities: {
        urls: [{ start: 0, end: 23, url: 'https://t.co/a' }],
        hashtags: [{ start: 0, end: 5, tag: 'news' }],
      },
      edit_controls: {
        edits_remaining: 5,
        is_edit_eligible: true,
        editable_until: '2021-11-15T20:08:05.000Z',
      },
      referenced_tweets: [{ type: 'quoted', id: '1' }],
      withheld: { copyright: false, country_codes: ['DE'], scope: 'tweet' },
    };
    expect(Check(XTweet, full)).toBe(true);
  });

  it.each([
    ['no id', { text: 'a' }],
    ['no text', { id: '1' }],
    ['a number for an id', { id: 1, text: 'a' }],
    ['id 0', { id: '0', text: 'a' }],
    ['a text without end', { id: '1', text: 'a'.repeat(125_001) }],
    ['null for a text', { id: '1', text: null }],
    ['a tag that is none', { id: '1', text: 'a', entities: { hashtags: ['news'] } }],
    ['more topics than are kept', { id: '1', text: 'a', topics: Array(MAX_TOPICS + 1).fill('a') }],
    ['an author without a name', { id: '1', text: 'a', author: { id: '2' } }],
  ])('refuses %s', (_, x) => {
    expect(Check(XTweet, x)).toBe(false);
  });

  it('accepts the includes of X', () => {
    expect(
      Check(XIncludes, { users: [{ id: '1', username: 'a', name: 'A' }], tweets: [X], media: [] }),
    ).toBe(true);
  });
});

describe('tweetFromX', () => {
  it('reads a plain tweet', () => {
    expect(tweetFromX(X, { users: [{ id: '2244994945', username: 'somebody' }] })).toEqual({
      id: '1460323737035677698',
      text: 'I love this phone',
      authorId: '2244994945',
      authorUsername: 'somebody',
      createdAtMs: Date.parse('2021-11-15T19:08:05.000Z'),
      topics: [],
      language: null,
      editableUntilMs: null,
    });
  });

  it.each([
    ['en', 'en'],
    ['in', 'id'],
    ['und', null],
    ['qme', null],
  ])('reads the language %s as %s', (lang, language) => {
    expect(tweetFromX({ ...X, lang }).language).toBe(language);
  });

  it('reads the language of a retweet from its original', () => {
    const retweet = { ...X, lang: 'en', referenced_tweets: [{ type: 'retweeted', id: '20' }] };
    const original = { id: '20', text: 'Danke', lang: 'de' };
    expect(tweetFromX(retweet, { tweets: [original] }).language).toBe('de');
  });

  it('unescapes the text of X once', () => {
    const text = 'R&amp;D &lt;3 &gt; &amp;lt; &quot; &#39;';
    expect(tweetFromX({ ...X, text }).text).toBe(`R&D <3 > &lt; &quot; &#39;`);
  });

  it('refuses an id over 2^63-1', () => {
    expect(() => tweetFromX({ ...X, id: '9223372036854775808' })).toThrow(CallerError);
  });

  describe('the author', () => {
    it('is the embedded author of the tweet', () => {
      const author = { id: '2244994945', username: 'carried' };
      expect(tweetFromX({ ...X, author }).authorUsername).toBe('carried');
    });

    it('has the embedded id without an author_id', () => {
      const { author_id, ...x } = X;
      const author = { id: '7', username: 'carried' };
      expect(tweetFromX({ ...x, author })).toMatchObject({
        authorId: '7',
        authorUsername: 'carried',
      });
    });

    it('has no username if only other users are included', () => {
      const author = { id: '7', username: 'other' };
      expect(tweetFromX({ ...X, author }).authorUsername).toBeNull();
    });

    it('may be unknown', () => {
      expect(tweetFromX({ id: '20', text: 'a' })).toMatchObject({
        authorId: null,
        authorUsername: null,
      });
    });
  });

  describe('a long post', () => {
    const note = { text: 'the whole story #end', entities: { hashtags: [{ tag: 'End' }] } };
    const entities = { hashtags: [{ tag: 'start' }] };

    it.each(['note_tweet', 'note_post'] as const)('is read from %s with its entities', (field) => {
      expect(tweetFromX({ ...X, entities, [field]: note })).toMatchObject({
        text: 'the whole story #end',
        topics: ['#end'],
      });
    });

    it('without note entities has the topics of its text', () => {
      const x = { ...X, entities, note_tweet: { text: 'the #Whole story' } };
      expect(tweetFromX(x).topics).toEqual(['#whole']);
    });
  });

  describe('a retweet', () => {
    const original: XTweet = {
      id: '20',
      text: 'short…',
      author_id: '12',
      note_tweet: { text: 'the full text', entities: { hashtags: [{ tag: 'full' }] } },
      created_at: '2006-03-21T20:50:14.000Z',
    };
    const retweet: XTweet = {
      ...X,
      text: 'RT @jack: short…',
      entities: { hashtags: [{ tag: 'cut' }] },
      referenced_tweets: [{ type: 'retweeted', id: '20' }],
    };

    it('has the full text of the original, and its own id and author', () => {
      expect(tweetFromX(retweet, { tweets: [original] })).toMatchObject({
        id: X.id,
        text: 'the full text',
        topics: ['#full'],
        authorId: '2244994945',
        createdAtMs: Date.parse('2021-11-15T19:08:05.000Z'),
      });
    });

    it('keeps its own text if the original is missing', () => {
      expect(tweetFromX(retweet, { tweets: [{ ...original, id: '21' }] })).toMatchObject({
        text: 'RT @jack: short…',
        topics: ['#cut'],
      });
    });

    it.each(['quoted', 'replied_to'])('is not assumed for a reference of type %s', (type) => {
      const x = { ...X, referenced_tweets: [{ type, id: '20' }] };
      expect(tweetFromX(x, { tweets: [original] }).text).toBe('I love this phone');
    });
  });

  describe('the topics', () => {
    it('are the hashtags and cashtags of the entities, normalized', () => {
      const entities = { hashtags: [{ tag: 'News' }, { tag: 'news' }], cashtags: [{ tag: 'BTC' }] };
      expect(tweetFromX({ ...X, text: '#ignored', entities }).topics).toEqual(['#news', '$btc']);
    });

    it('are taken from the text without entities', () => {
      expect(tweetFromX({ ...X, text: 'R&amp;D &gt; #Sales $ACME' }).topics).toEqual([
        '#sales',
        '$acme',
      ]);
    });

    it('begin with the given names, which hashtags do not displace', () => {
      const hashtags = Array.from({ length: 50 }, (_, index) => ({ tag: `t${index}` }));
      const { topics } = tweetFromX({ ...X, topics: ['Electric Cars'], entities: { hashtags } });
      expect(topics).toHaveLength(MAX_TOPICS);
      expect(topics[0]).toBe('electric cars');
    });
  });

  describe('the creation time', () => {
    it.each([
      undefined,
      'yesterday',
      '2021-11-15',
      '2021-99-99T99:99:99Z',
      '2021-02-30T00:00:00Z',
      'Wed Oct 10 20:19:24 +0000 2018',
      '0001-01-01T00:00:00Z',
      '1969-12-31T23:59:59Z',
      '1970-01-01T00:00:00.000Z',
      '2006-02-28T23:59:59Z',
      '2080-07-11T00:00:00Z',
      '9999-12-31T23:59:59Z',
      '9999-12-31T23:59:59-05:00',
    ])('comes from the id when created_at is %j', (created_at) => {
      const { created_at: _, ...x } = X;
      const tweet = tweetFromX(created_at === undefined ? x : { ...x, created_at });
      expect(new Date(tweet.createdAtMs).toISOString()).toBe('2021-11-15T19:08:05.069Z');
    });

    it('may have a time zone', () => {
      const tweet = tweetFromX({ ...X, created_at: '2021-11-15T20:08:05+01:00' });
      expect(tweet.createdAtMs).toBe(Date.parse('2021-11-15T19:08:05Z'));
    });
  });

  describe('the end of editing', () => {
    const editable_until = '2021-11-15T20:08:05.000Z';

    it('is known while the tweet may be edited', () => {
      const x = { ...X, edit_controls: { is_edit_eligible: true, editable_until } };
      expect(tweetFromX(x).editableUntilMs).toBe(Date.parse(editable_until));
    });

    it.each([
      ['it may not', { is_edit_eligible: false, editable_until }],
      ['X does not say whether', { editable_until }],
      ['X does not say until when', { is_edit_eligible: true }],
      ['the time is none', { is_edit_eligible: true, editable_until: 'soon' }],
    ])('is unknown when %s', (_, edit_controls) => {
      expect(tweetFromX({ ...X, edit_controls }).editableUntilMs).toBeNull();
    });
  });
});

describe('isWithheld', () => {
  const retweet: XTweet = { ...X, referenced_tweets: [{ type: 'retweeted', id: '20' }] };
  const original: XTweet = { id: '20', text: 'a' };

  it('is true for a withheld tweet and for a retweet of one', () => {
    expect(isWithheld({ ...X, withheld: {} })).toBe(true);
    expect(isWithheld({ ...retweet, withheld: {} }, { tweets: [original] })).toBe(true);
    expect(isWithheld(retweet, { tweets: [{ ...original, withheld: {} }] })).toBe(true);
  });

  it('is false for other tweets', () => {
    expect(
      isWithheld(retweet, { tweets: [original, { ...original, id: '21', withheld: {} }] }),
    ).toBe(false);
  });
});
