import { seededRandom } from '../../script/lib/seeded-random.ts';
import type { FeatureRow } from '../../service/domain/feature-row.ts';
import { LABELS, type ModelIdentity, topLabel } from '../../service/domain/sentiment.ts';

export const IDENTITY: ModelIdentity = {
  name: 'bench-model',
  revision: '0123456789ab',
  preprocessingVersion: 1,
};

const TOPICS = 5_000;
const DAYS = 365;
const DAY_MS = 86_400_000;
const FIRST_DAY_MS = Date.UTC(2025, 0, 1);
const SNOWFLAKE_EPOCH_MS = 1_288_834_974_657;
const TEXT =
  'The camera is wonderful, the battery lasts all day and the screen is bright: I would buy it again today 😍';

/** The days on which the tweets were written. */
export const RANGE = {
  from: FIRST_DAY_MS / DAY_MS,
  to: FIRST_DAY_MS / DAY_MS + DAYS - 1,
} as const;

export const userId = (index: number) => `${1_000_000_000 + index * 7_919}`;
export const topicName = (index: number) => `#topic${index}`;

/**
 * Invented rows of a year, the same in every run. Few users write many tweets and many users few:
 * the most active one has about 0.7 %. A tweet has 1.5 topics on average; some topics are frequent.
 */
export function* rows(users: number): Generator<FeatureRow> {
  const random = seededRandom(20_250_101);
  for (let count = 0; ; count++) {
    const user = Math.floor(users * random() ** 1.6);
    const eventTimestampMs = FIRST_DAY_MS + Math.floor(random() * DAYS * DAY_MS);
    const weights = LABELS.map(() => random());
    const sum = weights.reduce((total, weight) => total + weight, 0);
    const [negative = 0, neutral = 0, positive = 0] = weights.map((weight) => weight / sum);
    const scores = { negative, neutral, positive };
    const topics = Array.from({ length: Math.floor(random() * 4) }, () =>
      topicName(Math.floor(TOPICS * random() ** 4)),
    );
    yield {
      tweetId: `${(BigInt(eventTimestampMs - SNOWFLAKE_EPOCH_MS) << 22n) + BigInt(count)}`,
      authorId: userId(user),
      authorUsername: `user_${user}`,
      topics: [...new Set(topics)],
      eventTimestampMs,
      createdTimestampMs: FIRST_DAY_MS + DAYS * DAY_MS + count,
      model: { name: IDENTITY.name, revision: IDENTITY.revision },
      preprocessingVersion: IDENTITY.preprocessingVersion,
      label: topLabel(scores),
      scores,
      truncated: false,
      language: 'en',
      languageSupported: true,
      text: TEXT,
    };
  }
}
