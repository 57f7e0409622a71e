import { type Static, Type } from 'typebox';
import { DEFAULT_RANGE_DAYS, MAX_RANGE_DAYS } from '../../../domain/utc-days.ts';
import type { HttpLimits } from '../../app-deps.ts';
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

const count = Type.Integer({ minimum: 0 });
const date = (description: string) =>
  Type.String({ description, examples: ['2021-11-15'], minLength: 1, maxLength: 10 });

/** Users answered when no limit is given. */
export const DEFAULT_ACTIVE_USERS = 10;

export const UserParams = Type.Object({
  user: Type.String({
    description: 'An id (12) or a username (@jack); a bare number is an id.',
    examples: ['@jack'],
  }),
});

export const TopicParams = Type.Object({
  tag: Type.String({
    description:
      'A hashtag (%23bitcoin), a cashtag (%24btc) or a topic named at ingest (bitcoin), in any case.',
    examples: ['#bitcoin'],
  }),
});

export const RangeQuery = Type.Object(
  {
    from: Type.Optional(
      date(`First day, in UTC; ${DEFAULT_RANGE_DAYS - 1} days before the last one by default.`),
    ),
    to: Type.Optional(
      date(`Last day, in UTC, at most ${MAX_RANGE_DAYS} with the first one; today by default.`),
    ),
  },
  { additionalProperties: false },
);

/** Query parameters arrive as text and stay it, hence a pattern for a number. */
export const ActiveUsersQuery = Type.Object(
  {
    limit: Type.Optional(
      Type.String({
        pattern: '^([1-9][0-9]?|100)$',
        description: `How many users, 1 to 100; ${DEFAULT_ACTIVE_USERS} by default.`,
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
        maxLength: limits.headerBytes,
        description: `Ids of 1 to ${limits.tweets} tweets, separated by commas.`,
        examples: ['1460323737035677698,20'],
      }),
    },
    { additionalProperties: false },
  );
}

export const ListingQuery = Type.Object(
  {
    cursor: Type.Optional(
      Type.String({
        pattern: '^[0-9]{1,20}$',
        description: 'The `nextCursor` of the answer before; absent: from the beginning.',
      }),
    ),
  },
  { additionalProperties: false },
);

export const TweetListing = Type.Object(
  {
    tweetIds: Type.Array(Type.String(), { description: 'In no order; may be empty.' }),
    nextCursor: nullableString('Where the rest begins; null at the end.'),
  },
  {
    $id: 'TweetListing',
    examples: [{ tweetIds: ['1460323737035677698'], nextCursor: null }],
  },
);

export type TweetListing = Static<typeof TweetListing>;

export const LabelCounts = Type.Object(
  { negative: count, neutral: count, positive: count },
  { $id: 'LabelCounts', description: 'How many tweets got each label.' },
);

const meanScores = Type.Unsafe<Static<typeof Scores> | null>({
  anyOf: [ref(Scores), { type: 'null' }],
  description: 'Mean of the scores of all tweets; null where there is none.',
});

export const DaySentiment = Type.Object(
  {
    date: Type.String({ format: 'date', description: 'A day in UTC.' }),
    counts: ref(LabelCounts),
    meanScores,
  },
  { $id: 'DaySentiment' },
);

const sentimentProperties = {
  from: Type.String({ format: 'date', description: 'First day, included.' }),
  to: Type.String({ format: 'date', description: 'Last day, included.' }),
  total: Type.Integer({ minimum: 0, description: 'Tweets in the range.' }),
  counts: ref(LabelCounts),
  meanScores,
  timeline: Type.Array(ref(DaySentiment), { description: 'One entry for each day of the range.' }),
};

const numbers = {
  from: '2021-11-15',
  to: '2021-11-15',
  total: 1,
  counts: { negative: 0, neutral: 0, positive: 1 },
  meanScores: { negative: 0.01, neutral: 0.07, positive: 0.92 },
  timeline: [
    {
      date: '2021-11-15',
      counts: { negative: 0, neutral: 0, positive: 1 },
      meanScores: { negative: 0.01, neutral: 0.07, positive: 0.92 },
    },
  ],
};

const user = {
  id: Type.String({ description: "Decimal digits of the user's id." }),
  username: nullableString('The one of the newest tweet that told; null where none did.'),
};

export const UserSentiment = Type.Object(
  {
    entity: Type.Object({ type: oneOf(['user'], 'What the tweets have in common.'), ...user }),
    ...sentimentProperties,
  },
  {
    $id: 'UserSentiment',
    examples: [{ entity: { type: 'user', id: '12', username: 'jack' }, ...numbers }],
  },
);

export type UserSentiment = Static<typeof UserSentiment>;

export const TopicSentiment = Type.Object(
  {
    entity: Type.Object({
      type: oneOf(['topic'], 'What the tweets have in common.'),
      id: Type.String({ description: 'The topic in lower case, with its # or $.' }),
    }),
    ...sentimentProperties,
  },
  {
    $id: 'TopicSentiment',
    examples: [{ entity: { type: 'topic', id: '#bitcoin' }, ...numbers }],
  },
);

export type TopicSentiment = Static<typeof TopicSentiment>;

export const ActiveUsers = Type.Object(
  {
    users: Type.Array(
      Type.Object({
        user: Type.Object(user),
        total: Type.Integer({ minimum: 0, description: 'Tweets of all kept days.' }),
        counts: ref(LabelCounts),
      }),
    ),
  },
  {
    $id: 'ActiveUsers',
    description: 'Most tweets first.',
    examples: [
      {
        users: [
          {
            user: { id: '12', username: 'jack' },
            total: 1,
            counts: { negative: 0, neutral: 0, positive: 1 },
          },
        ],
      },
    ],
  },
);

export type ActiveUsers = Static<typeof ActiveUsers>;

export const FeatureRow = Type.Object(
  {
    tweetId: Type.String({ description: "Decimal digits of the tweet's id." }),
    authorId: nullableString('Null where the tweet source does not tell.'),
    authorUsername: nullableString('Null where the tweet source does not tell.'),
    topics: Type.Array(Type.String()),
    eventTimestamp: Type.String({ ...Timestamp, description: 'When the tweet was created.' }),
    createdTimestamp: Type.String({ ...Timestamp, description: 'When it was scored.' }),
    model: ref(Model),
    preprocessingVersion: Type.Integer(),
    scores: ref(Scores),
    label: ref(SentimentLabel),
    truncated: Truncated,
    text: Type.Optional(
      Type.String({
        description: 'The text that was scored; absent where it is not exposed or not kept.',
      }),
    ),
  },
  { $id: 'FeatureRow', description: 'What the feature store holds of a tweet.' },
);

export type FeatureRow = Static<typeof FeatureRow>;

export const FeatureRows = Type.Object(
  { rows: Type.Array(Type.Union([ref(FeatureRow), Type.Null()])) },
  { $id: 'FeatureRows', description: 'As many as asked, in their order; null where absent.' },
);

export type FeatureRows = Static<typeof FeatureRows>;
