import { type Static, Type } from 'typebox';
import type { HttpLimits } from '../../../contract/http.ts';
import { DEFAULT_RANGE_DAYS, MAX_RANGE_DAYS } from '../../../domain/utc-days.ts';
import { LIST_LENGTH } from '../../patterns.ts';
import {
  ACTIVE_TOPIC,
  ACTIVE_USER,
  AGGREGATE,
  FEATURE_ROW,
  TOPIC,
  TWEET_DAY,
  TWEET_ID,
  USER,
} from '../../schemas/examples.ts';
import {
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
} from '../../schemas/shared.ts';

const count = Type.Integer({ minimum: 0 });
const date = (description: string) =>
  Type.String({ description, examples: [TWEET_DAY], minLength: 1, maxLength: 10 });

/** Default limit of the most active users and topics. */
export const DEFAULT_ACTIVE = 10;

export const RangeQuery = Type.Object(
  {
    from: Type.Optional(
      date(`First day (UTC); defaults to ${DEFAULT_RANGE_DAYS - 1} days before the last one.`),
    ),
    to: Type.Optional(
      date(`Last day (UTC); defaults to today. A range has at most ${MAX_RANGE_DAYS} days.`),
    ),
  },
  { additionalProperties: false },
);

export const ActiveQuery = Type.Object(
  {
    limit: Type.Optional(
      Type.String({
        pattern: LIST_LENGTH,
        description: `Length of the list, 1 to 100; ${DEFAULT_ACTIVE} by default.`,
        examples: ['10'],
      }),
    ),
  },
  { additionalProperties: false },
);

export function rowsQuery(limits: HttpLimits) {
  return Type.Object(
    {
      ids: Type.String({
        minLength: 1,
        // A quarter: a client may encode each character as three, and sends headers besides.
        maxLength: Math.floor(limits.headerBytes / 4),
        description: `Comma-separated ids of 1 to ${limits.tweets} tweets.`,
        examples: [`${TWEET_ID},20`],
      }),
    },
    { additionalProperties: false },
  );
}

export const LabelCounts = Type.Object(
  { negative: count, neutral: count, positive: count },
  { $id: 'LabelCounts', description: 'Number of tweets by label.' },
);

const meanScores = Type.Unsafe<Static<typeof Scores> | null>({
  anyOf: [ref(Scores), { type: 'null' }],
  description: 'Mean of the scores of all tweets; null if there are none.',
});

const otherLanguages = Type.Integer({
  minimum: 0,
  description: 'Tweets in languages that the model does not read; the other figures exclude them.',
});

export const DaySentiment = Type.Object(
  {
    date: Type.String({ format: 'date', description: 'A day in UTC.' }),
    otherLanguages,
    counts: ref(LabelCounts),
    meanScores,
  },
  { $id: 'DaySentiment' },
);

const sentimentProperties = {
  from: Type.String({ format: 'date', description: 'First day, inclusive.' }),
  to: Type.String({ format: 'date', description: 'Last day, inclusive.' }),
  total: Type.Integer({
    minimum: 0,
    description: 'Tweets in the range, excluding those in other languages.',
  }),
  otherLanguages,
  counts: ref(LabelCounts),
  meanScores,
  timeline: Type.Array(ref(DaySentiment), { description: 'One entry per day of the range.' }),
};

const user = {
  id: Type.String({ description: 'User id in decimal digits.' }),
  username: nullableString(
    'Username from the most recent tweet that included one; null if unknown.',
  ),
};

export const UserSentiment = Type.Object(
  {
    entity: Type.Object({ type: oneOf(['user'], 'Kind of entity.'), ...user }),
    ...sentimentProperties,
  },
  {
    $id: 'UserSentiment',
    examples: [{ entity: { type: 'user', ...USER }, ...AGGREGATE }],
  },
);

export type UserSentiment = Static<typeof UserSentiment>;

export const TopicSentiment = Type.Object(
  {
    entity: Type.Object({
      type: oneOf(['topic'], 'Kind of entity.'),
      id: Type.String({ description: 'Topic in lower case, with its # or $.' }),
    }),
    ...sentimentProperties,
  },
  {
    $id: 'TopicSentiment',
    examples: [{ entity: { type: 'topic', id: TOPIC }, ...AGGREGATE }],
  },
);

export type TopicSentiment = Static<typeof TopicSentiment>;

const totals = {
  total: Type.Integer({
    minimum: 0,
    description: 'Tweets of all stored days, excluding those in other languages.',
  }),
  otherLanguages,
  counts: ref(LabelCounts),
};

export const ActiveUsers = Type.Object(
  {
    users: Type.Array(
      Type.Object({
        user: Type.Object(user),
        ...totals,
      }),
    ),
  },
  {
    $id: 'ActiveUsers',
    description:
      'Descending by number of tweets. Users with tweets in other languages only are left out.',
    examples: [{ users: [ACTIVE_USER] }],
  },
);

export type ActiveUsers = Static<typeof ActiveUsers>;

export const ActiveTopics = Type.Object(
  {
    topics: Type.Array(
      Type.Object({
        topic: Type.Object({
          id: Type.String({ description: 'Topic in lower case, with its # or $.' }),
        }),
        ...totals,
      }),
    ),
  },
  {
    $id: 'ActiveTopics',
    description:
      'Descending by number of tweets. Topics with tweets in other languages only are left out.',
    examples: [{ topics: [ACTIVE_TOPIC] }],
  },
);

export type ActiveTopics = Static<typeof ActiveTopics>;

export const FeatureRow = Type.Object(
  {
    tweetId: Type.String({ description: 'Tweet id in decimal digits.' }),
    authorId: nullableString('Null if the tweet source does not provide it.'),
    authorUsername: nullableString('Null if the tweet source does not provide it.'),
    topics: Type.Array(Type.String()),
    eventTimestamp: Type.String({ ...Timestamp, description: 'Creation time of the tweet.' }),
    createdTimestamp: Type.String({ ...Timestamp, description: 'Time of scoring.' }),
    model: ref(Model),
    preprocessingVersion: Type.Integer(),
    scores: ref(Scores),
    label: ref(SentimentLabel),
    truncated: Truncated,
    language: Language,
    languageSupported: LanguageSupported,
    text: Type.Optional(
      Type.String({
        description: 'The scored text; absent if it is not exposed or not stored.',
      }),
    ),
  },
  {
    $id: 'FeatureRow',
    description: 'The row of a tweet in the feature store.',
    examples: [FEATURE_ROW],
  },
);

export type FeatureRow = Static<typeof FeatureRow>;

export const FeatureRows = Type.Object(
  { rows: Type.Array(Type.Union([ref(FeatureRow), Type.Null()])) },
  {
    $id: 'FeatureRows',
    description: 'Rows in the order of the ids; null where absent.',
    examples: [{ rows: [FEATURE_ROW, null] }],
  },
);

export type FeatureRows = Static<typeof FeatureRows>;
