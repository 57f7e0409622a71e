/**
 * Examples of the OpenAPI document: answers of the embedded model on x64. Every example about a
 * tweet is about the same one, which `script/start --sample` stores.
 */

export const MODEL = { name: 'minilm-tweet-sentiment', revision: '885434d5bfe0' };

export const REQUEST_ID = '0d4b6f2e-5a3c-4b1e-9a57-3f6c1f3f9d11';

export const TWEET_URL = 'https://x.com/lenawrites/status/1460323737035677698';

export const TEXTS = ['I love this phone', 'The battery died again.'];

const ENGLISH = { language: 'en', languageSupported: true };

export const TEXT_RESULTS = [
  {
    status: 'ok',
    sentimentAnalyst: 'positive',
    scores: {
      negative: 0.05265998244984982,
      neutral: 0.02258342942434264,
      positive: 0.9247565881258075,
    },
    certain: true,
    truncated: false,
    tokens: 6,
    ...ENGLISH,
  },
  {
    status: 'ok',
    sentimentAnalyst: 'negative',
    scores: {
      negative: 0.9289071218234651,
      neutral: 0.05133310673824899,
      positive: 0.01975977143828584,
    },
    certain: true,
    truncated: false,
    tokens: 7,
    ...ENGLISH,
  },
] as const;

const SCORES = {
  negative: 0.031621524352800225,
  neutral: 0.01706041601076466,
  positive: 0.9513180596364351,
};

const MEAN_SCORES = { negative: 0.0316215, neutral: 0.0170604, positive: 0.9513181 };

const TWEET = {
  id: '1460323737035677698',
  text: 'I love this phone! The camera is wonderful and the battery lasts all day 😍 #newphone',
  created_at: '2021-11-15T19:08:05.000Z',
};

export const TWEET_ID = TWEET.id;
export const TWEET_DAY = '2021-11-15';
export const TOPIC = '#newphone';
export const USER = { id: '2244994001', username: 'lenawrites' };

/** Tweets as the X API sends them. */
export const X_TWEETS = {
  tweets: [
    {
      ...TWEET,
      author_id: USER.id,
      entities: { hashtags: [{ start: 75, end: 84, tag: 'newphone' }] },
    },
  ],
  includes: { users: [USER] },
};

export const TWEET_SENTIMENT = {
  tweetId: TWEET.id,
  sentimentAnalyst: 'positive',
  textInput: TWEET.text,
  scores: SCORES,
  certain: true,
  truncated: false,
  ...ENGLISH,
  model: MODEL,
  featureStore: 'hit',
  author: USER,
  tweetCreatedAt: TWEET.created_at,
  scoredAt: '2026-11-23T08:00:00.000Z',
} as const;

/** The same tweet when it was scored for the answer. */
export const FRESH_TWEET_SENTIMENT = { ...TWEET_SENTIMENT, featureStore: 'miss', tokens: 21 };

export const FEATURE_ROW = {
  tweetId: TWEET.id,
  authorId: USER.id,
  authorUsername: USER.username,
  topics: [TOPIC],
  eventTimestamp: TWEET.created_at,
  createdTimestamp: TWEET_SENTIMENT.scoredAt,
  model: MODEL,
  preprocessingVersion: 1,
  scores: SCORES,
  label: 'positive',
  truncated: false,
  ...ENGLISH,
  text: TWEET.text,
};

const COUNTS = {
  otherLanguages: 0,
  counts: { negative: 0, neutral: 0, positive: 1 },
};

/** The aggregate of a day with this tweet alone. */
export const AGGREGATE = {
  from: TWEET_DAY,
  to: TWEET_DAY,
  total: 1,
  ...COUNTS,
  meanScores: MEAN_SCORES,
  timeline: [{ date: TWEET_DAY, ...COUNTS, meanScores: MEAN_SCORES }],
};

export const ACTIVE_USER = { user: USER, total: 1, ...COUNTS };
export const ACTIVE_TOPIC = { topic: { id: TOPIC }, total: 1, ...COUNTS };
