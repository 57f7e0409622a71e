import { type Static, Type } from 'typebox';
import type { HttpLimits } from '../../limits.ts';
import { ref } from '../../schemas/shared.ts';
import { failedItem, scoredItem, tweetSentimentProperties } from '../../schemas/tweet-sentiment.ts';

const EXAMPLE_URL = 'https://x.com/jack/status/1460323737035677698';

export function tweetQuery(limits: HttpLimits) {
  return Type.Object(
    {
      tweetUrl: Type.String({
        minLength: 1,
        maxLength: limits.urlCharacters,
        description: 'URL of the tweet, percent-encoded.',
        examples: [EXAMPLE_URL],
      }),
    },
    { additionalProperties: false },
  );
}

export function tweetsRequest(limits: HttpLimits) {
  return Type.Object(
    {
      tweetUrls: Type.Array(Type.String({ maxLength: limits.urlCharacters }), {
        minItems: 1,
        maxItems: limits.tweets,
        description: 'URLs of tweets; the answer has the same length and order.',
      }),
    },
    { additionalProperties: false, examples: [{ tweetUrls: [EXAMPLE_URL] }] },
  );
}

export const TweetSentiment = Type.Object(tweetSentimentProperties, {
  $id: 'TweetSentiment',
  examples: [
    {
      tweetId: '1460323737035677698',
      sentimentAnalyst: 'positive',
      textInput: 'I love this phone',
      scores: { negative: 0.01, neutral: 0.07, positive: 0.92 },
      certain: true,
      truncated: false,
      language: 'en',
      languageSupported: true,
      model: { name: 'minilm-tweet-sentiment', revision: '1f0c2a9b7d3e' },
      featureStore: 'miss',
      author: { id: '12', username: 'jack' },
      tweetCreatedAt: '2021-11-15T19:08:05.000Z',
      scoredAt: '2026-11-23T08:00:00.000Z',
    },
  ],
});

export type TweetSentiment = Static<typeof TweetSentiment>;

export const TweetResult = Type.Object(
  { tweetUrl: Type.String(), ...scoredItem },
  { $id: 'TweetResult', description: 'A scored tweet.' },
);

export const TweetFailure = Type.Object(
  { tweetUrl: Type.String(), ...failedItem },
  { $id: 'TweetFailure', description: 'A tweet that was not scored, with the problem.' },
);

export const TweetsResponse = Type.Object(
  { results: Type.Array(Type.Union([ref(TweetResult), ref(TweetFailure)])) },
  { $id: 'TweetsResponse' },
);

export type TweetsResponse = Static<typeof TweetsResponse>;
