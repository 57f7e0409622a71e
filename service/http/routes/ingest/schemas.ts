import { type Static, Type } from 'typebox';
import type { HttpLimits } from '../../../contract/http.ts';
import { XIncludes, XTweet } from '../../../tweet-source/x-format/tweet.ts';
import { FRESH_TWEET_SENTIMENT, X_TWEETS } from '../../schemas/examples.ts';
import { ref } from '../../schemas/shared.ts';
import { failedItem, scoredItem } from '../../schemas/tweet-sentiment.ts';

export function ingestRequest(limits: HttpLimits) {
  return Type.Object(
    {
      tweets: Type.Array(XTweet, {
        minItems: 1,
        maxItems: limits.tweets,
        description: 'Tweet objects of X API v2; unlisted fields are ignored.',
      }),
      includes: Type.Optional(XIncludes),
    },
    {
      additionalProperties: false,
      examples: [X_TWEETS],
    },
  );
}

export const IngestResult = Type.Object(scoredItem, {
  $id: 'IngestResult',
  description: 'A scored and stored tweet.',
});

export const IngestFailure = Type.Object(
  { tweetId: Type.String(), ...failedItem },
  { $id: 'IngestFailure', description: 'A tweet that was not stored, with the problem.' },
);

export const IngestResponse = Type.Object(
  { results: Type.Array(Type.Union([ref(IngestResult), ref(IngestFailure)])) },
  { $id: 'IngestResponse', examples: [{ results: [{ status: 'ok', ...FRESH_TWEET_SENTIMENT }] }] },
);

export type IngestResponse = Static<typeof IngestResponse>;
