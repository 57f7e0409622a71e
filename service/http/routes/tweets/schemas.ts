import { type Static, Type } from 'typebox';
import type { HttpLimits } from '../../../contract/http.ts';
import { TWEET_SENTIMENT, TWEET_URL } from '../../schemas/examples.ts';
import { ref } from '../../schemas/shared.ts';
import { failedItem, scoredItem, tweetSentimentProperties } from '../../schemas/tweet-sentiment.ts';

export function tweetQuery(limits: HttpLimits) {
  return Type.Object(
    {
      tweetUrl: Type.String({
        minLength: 1,
        maxLength: limits.urlCharacters,
        description: 'URL of the tweet, percent-encoded.',
        examples: [TWEET_URL],
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
    { additionalProperties: false, examples: [{ tweetUrls: [TWEET_URL] }] },
  );
}

export const TweetSentiment = Type.Object(tweetSentimentProperties, {
  $id: 'TweetSentiment',
  examples: [TWEET_SENTIMENT],
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
  {
    $id: 'TweetsResponse',
    examples: [{ results: [{ tweetUrl: TWEET_URL, status: 'ok', ...TWEET_SENTIMENT }] }],
  },
);

export type TweetsResponse = Static<typeof TweetsResponse>;
