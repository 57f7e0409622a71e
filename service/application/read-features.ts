import { SCORE_UNITS } from '../domain/contribution.ts';
import { EntityNotFoundError } from '../domain/errors.ts';
import type { FeatureRow } from '../domain/feature-row.ts';
import { type Label, perLabel } from '../domain/sentiment.ts';
import { sameNamedTopics } from '../domain/topics.ts';
import type { TweetId } from '../domain/tweet.ts';
import type { UserId, UserReference } from '../domain/user.ts';
import type { DayRange, UtcDay } from '../domain/utc-days.ts';
import type {
  ActiveTopic,
  ActiveUser,
  DayBucket,
  FeatureStore,
  LabelCounts,
  TweetListing,
} from './ports/feature-store.ts';
import { SampleCheck } from './sample-check.ts';

/**
 * Label counts and mean scores over a period. Tweets in languages that the model does not read are
 * counted apart.
 */
export interface SentimentSummary {
  readonly otherLanguages: number;
  readonly counts: LabelCounts;
  /** Null if there are no tweets. */
  readonly meanScores: Readonly<Record<Label, number>> | null;
}

export interface DaySentiment extends SentimentSummary {
  readonly day: UtcDay;
}

export interface EntitySentiment<Entity> extends SentimentSummary {
  readonly entity: Entity;
  readonly total: number;
  /** One entry for each day of the range. */
  readonly timeline: readonly DaySentiment[];
}

export interface ReadFeaturesOptions {
  readonly store: FeatureStore;
  /** Show texts in rows. */
  readonly exposeText: boolean;
}

const NO_TWEETS: Omit<DayBucket, 'day'> = {
  counts: { negative: 0, neutral: 0, positive: 0 },
  scoreSums: { negative: 0, neutral: 0, positive: 0 },
  otherLanguages: 0,
};

/**
 * Use case: reads feature rows and aggregates. Nothing here can be recomputed: every method
 * throws FeatureStoreUnavailableError if the store does not answer.
 */
export class ReadFeatures {
  readonly #store: FeatureStore;
  readonly #exposeText: boolean;
  readonly #sample: SampleCheck;

  constructor({ store, exposeText }: ReadFeaturesOptions) {
    this.#store = store;
    this.#sample = new SampleCheck(store);
    this.#exposeText = exposeText;
  }

  /** Returns rows in the length and order of the ids, null where absent. */
  async rows(ids: readonly TweetId[]): Promise<(FeatureRow | null)[]> {
    const rows = await this.#store.getTweets(ids);
    return this.#exposeText ? rows : rows.map((row) => row && { ...row, text: null });
  }

  /** @throws EntityNotFoundError */
  async userSentiment(
    user: UserReference,
    range: DayRange,
  ): Promise<EntitySentiment<{ readonly id: UserId; readonly username: string | null }>> {
    const id = 'id' in user ? user.id : await this.#store.findUser(user.username);
    const found = id === null ? null : await this.#store.userBuckets(id, range);
    if (!found) throw new EntityNotFoundError('No stored tweets of this user.');
    const { username, buckets } = found;
    return { entity: { id: found.id, username }, ...sentimentOf(buckets, range) };
  }

  /** @throws EntityNotFoundError */
  async topicSentiment(
    topic: string,
    range: DayRange,
  ): Promise<EntitySentiment<{ readonly id: string }>> {
    const buckets = await this.#store.topicBuckets(topic, range);
    if (!buckets) throw await this.#unknownTopic(topic, range);
    return { entity: { id: topic }, ...sentimentOf(buckets, range) };
  }

  mostActiveUsers(limit: number): Promise<readonly ActiveUser[]> {
    return this.#store.mostActiveUsers(limit);
  }

  mostActiveTopics(limit: number): Promise<readonly ActiveTopic[]> {
    return this.#store.mostActiveTopics(limit);
  }

  /** True if the store holds tweets of the invented sample; null if it does not answer. */
  holdsSample(): Promise<boolean | null> {
    return this.#sample.holdsSample();
  }

  /** One page of the stored tweets; see FeatureStore. */
  listTweets(cursor: string): Promise<TweetListing> {
    return this.#store.listTweets(cursor);
  }

  async #unknownTopic(topic: string, range: DayRange): Promise<EntityNotFoundError> {
    const others = sameNamedTopics(topic);
    const found = await Promise.all(others.map((each) => this.#store.topicBuckets(each, range)));
    const known = others.filter((_, index) => found[index]);
    const message = 'No stored tweets of this topic.';
    if (known.length === 0) return new EntityNotFoundError(message);
    return new EntityNotFoundError(`${message} Did you mean ${known.join(' or ')}?`, {
      didYouMean: known,
    });
  }
}

/** Number of tweets over all labels. */
export function totalOf(counts: LabelCounts): number {
  return counts.negative + counts.neutral + counts.positive;
}

function sentimentOf(buckets: readonly DayBucket[], { from, to }: DayRange) {
  const byDay = new Map(buckets.map((bucket) => [bucket.day, bucket]));
  const days = Array.from({ length: to - from + 1 }, (_, index) => from + index);
  const all = summaryOf(buckets.reduce(add, NO_TWEETS));
  return {
    total: totalOf(all.counts),
    ...all,
    timeline: days.map((day) => ({ day, ...summaryOf(byDay.get(day) ?? NO_TWEETS) })),
  };
}

function add(a: Omit<DayBucket, 'day'>, b: Omit<DayBucket, 'day'>): Omit<DayBucket, 'day'> {
  return {
    counts: perLabel((label) => a.counts[label] + b.counts[label]),
    scoreSums: perLabel((label) => a.scoreSums[label] + b.scoreSums[label]),
    otherLanguages: a.otherLanguages + b.otherLanguages,
  };
}

function summaryOf(sums: Omit<DayBucket, 'day'>): SentimentSummary {
  const { counts, scoreSums, otherLanguages } = sums;
  const total = totalOf(counts);
  const meanScores =
    total === 0 ? null : perLabel((label) => scoreSums[label] / SCORE_UNITS / total);
  return { otherLanguages, counts, meanScores };
}
