import { type Static, Type } from 'typebox';
import type { HttpLimits } from '../../../contract/http.ts';
import { LANGUAGE } from '../../../contract/languages.ts';
import { XTweet } from '../../../tweet-source/x-format/tweet.ts';
import { MODEL_REVISION } from '../../patterns.ts';
import { MODEL, TWEET_ID } from '../../schemas/examples.ts';
import { ref, Scores } from '../../schemas/shared.ts';
import { failedItem } from '../../schemas/tweet-sentiment.ts';

const EXAMPLE = {
  tweet: { id: TWEET_ID, text: 'I love this phone', author_id: '2244994945' },
  scores: { negative: 0.05, neutral: 0.15, positive: 0.8 },
  truncated: false,
  language: 'en',
  languageSupported: true,
  model: MODEL,
  scoredAt: '2026-11-23T08:00:00.123Z',
};

const ScoredTweet = Type.Object(
  {
    tweet: Type.Object(
      { ...XTweet.properties, text: Type.Optional(XTweet.properties.text) },
      { description: 'A tweet object of X API v2; the text may be missing.' },
    ),
    scores: ref(Scores),
    truncated: Type.Optional(Type.Boolean()),
    language: Type.Optional(Type.Union([Type.String({ pattern: LANGUAGE.source }), Type.Null()])),
    languageSupported: Type.Optional(Type.Union([Type.Boolean(), Type.Null()])),
    model: Type.Object(
      {
        name: Type.String({ minLength: 1, maxLength: 100 }),
        revision: Type.String({ pattern: MODEL_REVISION }),
      },
      {
        additionalProperties: false,
        description: 'The model that scored it. Rows of another revision count in aggregates only.',
      },
    ),
    preprocessingVersion: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 1_000,
        description: "Defaults to the service's version.",
      }),
    ),
    scoredAt: Type.String({ maxLength: 40, description: 'ISO 8601 with its zone.' }),
  },
  { additionalProperties: false },
);

export type ScoredTweet = Static<typeof ScoredTweet>;

export function loadRequest(limits: HttpLimits) {
  return Type.Object(
    { rows: Type.Array(ScoredTweet, { minItems: 1, maxItems: limits.tweets }) },
    { additionalProperties: false, examples: [{ rows: [EXAMPLE] }] },
  );
}

export const LoadResult = Type.Object(
  { tweetId: Type.String(), status: Type.Literal('ok') },
  { $id: 'LoadResult', description: 'A stored tweet.' },
);

export const LoadFailure = Type.Object(
  { tweetId: Type.String(), ...failedItem },
  { $id: 'LoadFailure', description: 'A tweet that was not stored, with the problem.' },
);

export const LoadResponse = Type.Object(
  { results: Type.Array(Type.Union([ref(LoadResult), ref(LoadFailure)])) },
  {
    $id: 'LoadResponse',
    examples: [{ results: [{ tweetId: TWEET_ID, status: 'ok' }] }],
  },
);

export type LoadResponse = Static<typeof LoadResponse>;
