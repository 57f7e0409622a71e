import { type Static, Type } from 'typebox';
import { XIncludes, XTweet } from '../../../tweet-source/x-format/tweet.ts';
import type { HttpLimits } from '../../app-deps.ts';
import { Problem } from '../../schemas/problem.ts';
import {
  Model,
  nullableString,
  oneOf,
  ref,
  Scores,
  SentimentLabel,
  Timestamp,
  Truncated,
} from '../../schemas/shared.ts';

const EXAMPLE_URL = 'https://x.com/jack/status/1460323737035677698';

export function tweetQuery(limits: HttpLimits) {
  return Type.Object(
    {
      tweetUrl: Type.String({
        minLength: 1,
        maxLength: limits.urlCharacters,
        description: 'Address of the tweet, percent-encoded as a query parameter must be.',
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
        description: 'Addresses of tweets; the answer has the same length and order.',
      }),
    },
    { additionalProperties: false, examples: [{ tweetUrls: [EXAMPLE_URL] }] },
  );
}

const sentimentProperties = {
  tweetId: Type.String({ description: "Decimal digits of the tweet's id." }),
  sentimentAnalyst: ref(SentimentLabel),
  textInput: Type.Optional(
    Type.String({
      description: 'The text that was scored; absent where it is not exposed or not kept.',
    }),
  ),
  scores: ref(Scores),
  truncated: Truncated,
  model: ref(Model),
  featureStore: oneOf(
    ['hit', 'miss', 'unavailable'],
    'Whether the answer came from the feature store.',
  ),
  author: Type.Object({
    id: nullableString('Null where the tweet source does not tell.'),
    username: nullableString('Null where the tweet source does not tell.'),
  }),
  tweetCreatedAt: Timestamp,
  scoredAt: Timestamp,
};

export const TweetSentiment = Type.Object(sentimentProperties, {
  $id: 'TweetSentiment',
  examples: [
    {
      tweetId: '1460323737035677698',
      sentimentAnalyst: 'positive',
      textInput: 'I love this phone',
      scores: { negative: 0.01, neutral: 0.07, positive: 0.92 },
      truncated: false,
      model: { name: 'minilm-tweet-sentiment', revision: '1f0c2a9b7d3e' },
      featureStore: 'miss',
      author: { id: '12', username: 'jack' },
      tweetCreatedAt: '2021-11-15T19:08:05.000Z',
      scoredAt: '2026-11-23T08:00:00.000Z',
    },
  ],
});

export type TweetSentiment = Static<typeof TweetSentiment>;

const ok = oneOf(['ok'], 'The tweet was scored.');
const failed = oneOf(['error'], 'The tweet was not scored.');

export const TweetResult = Type.Object(
  { tweetUrl: Type.String(), status: ok, ...sentimentProperties },
  { $id: 'TweetResult', description: 'A tweet that was scored.' },
);

export const TweetFailure = Type.Object(
  { tweetUrl: Type.String(), status: failed, problem: ref(Problem) },
  { $id: 'TweetFailure', description: 'A tweet that was not scored, and why.' },
);

export const TweetsResponse = Type.Object(
  { results: Type.Array(Type.Union([ref(TweetResult), ref(TweetFailure)])) },
  { $id: 'TweetsResponse' },
);

export type TweetsResponse = Static<typeof TweetsResponse>;

export function ingestRequest(limits: HttpLimits) {
  return Type.Object(
    {
      tweets: Type.Array(XTweet, {
        minItems: 1,
        maxItems: limits.tweets,
        description: 'Tweet objects of X API v2; fields that are not listed are ignored.',
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

export const IngestResult = Type.Object(
  { status: ok, ...sentimentProperties },
  { $id: 'IngestResult', description: 'A tweet that was scored and stored.' },
);

export const IngestFailure = Type.Object(
  { tweetId: Type.String(), status: failed, problem: ref(Problem) },
  { $id: 'IngestFailure', description: 'A tweet that was not stored, and why.' },
);

export const IngestResponse = Type.Object(
  { results: Type.Array(Type.Union([ref(IngestResult), ref(IngestFailure)])) },
  { $id: 'IngestResponse' },
);

export type IngestResponse = Static<typeof IngestResponse>;

export const PurgeResponse = Type.Object(
  {
    removed: Type.Object({
      rows: Type.Integer({ description: 'Rows removed, over all model revisions.' }),
      contributions: Type.Integer({ description: 'Contributions taken out of aggregates.' }),
    }),
  },
  { $id: 'PurgeResponse', examples: [{ removed: { rows: 1, contributions: 2 } }] },
);

export const TweetIdParams = Type.Object({
  id: Type.String({ description: "Decimal digits of the tweet's id." }),
});
