import { type Static, Type } from 'typebox';
import { XIncludes, XTweet } from '../../../tweet-source/x-format/tweet.ts';
import type { HttpLimits } from '../../limits.ts';
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
      examples: [
        {
          tweets: [
            {
              id: '1460323737035677698',
              text: 'I love this phone',
              author_id: '12',
              created_at: '2021-11-15T19:08:05.000Z',
              topics: ['phones'],
            },
          ],
          includes: { users: [{ id: '12', username: 'jack' }] },
        },
      ],
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
  { $id: 'IngestResponse' },
);

export type IngestResponse = Static<typeof IngestResponse>;
