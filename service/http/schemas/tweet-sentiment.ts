import { Type } from 'typebox';
import { Problem } from '../problem.ts';
import {
  Certain,
  Language,
  LanguageSupported,
  Model,
  nullableString,
  oneOf,
  ref,
  Scores,
  SentimentLabel,
  Timestamp,
  Truncated,
} from './shared.ts';

/** Properties of a scored tweet in every route. */
export const tweetSentimentProperties = {
  tweetId: Type.String({ description: 'Tweet id in decimal digits.' }),
  sentimentAnalyst: ref(SentimentLabel),
  textInput: Type.Optional(
    Type.String({ description: 'The scored text; absent if it is not exposed or not stored.' }),
  ),
  scores: ref(Scores),
  certain: Certain,
  truncated: Truncated,
  tokens: Type.Optional(
    Type.Integer({
      description:
        'Number of tokens that the model read; absent if the tweet was in the feature store.',
    }),
  ),
  language: Language,
  languageSupported: LanguageSupported,
  model: ref(Model),
  featureStore: oneOf(['hit', 'miss', 'unavailable'], 'Result of the feature store lookup.'),
  author: Type.Object({
    id: nullableString('Null if the tweet source does not provide it.'),
    username: nullableString('Null if the tweet source does not provide it.'),
  }),
  tweetCreatedAt: Timestamp,
  scoredAt: Timestamp,
};

/** Properties of a batch item by its status. */
export const scoredItem = {
  status: oneOf(['ok'], 'The tweet was scored.'),
  ...tweetSentimentProperties,
};

export const failedItem = {
  status: oneOf(['error'], 'The tweet was not scored.'),
  problem: ref(Problem),
};
