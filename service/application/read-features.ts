import { SCORE_UNITS } from '../domain/contribution.ts';
import { EntityNotFoundError } from '../domain/errors.ts';
import type { FeatureRow } from '../domain/feature-row.ts';
import { type Label, perLabel } from '../domain/sentiment.ts';
import type { TweetId } from '../domain/tweet.ts';
import type { UserId, UserReference } from '../domain/user.ts';
import type { DayRange, UtcDay } from '../domain/utc-days.ts';
import type {
  ActiveUser,
  AggregateStore,
  DayBucket,
  LabelCounts,
} from './ports/aggregate-store.ts';
import type { FeatureStore, Purged, TweetListing } from './ports/feature-store.ts';
import type { PredictionLog } from './ports/prediction-log.ts';

/** Tweets of some time added up. */
export interface SentimentSummary {
  readonly counts: LabelCounts;
  /** Null where there is no tweet. */
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

export interface FeaturesOptions {
  readonly store: FeatureStore & AggregateStore;
  readonly predictionLog: PredictionLog;
  readonly exposeText: boolean;
  /** Milliseconds since the epoch; `Date.now` by default. */
  readonly now?: () => number;
}

const NO_TWEETS: Omit<DayBucket, 'day'> = {
  counts: { negative: 0, neutral: 0, positive: 0 },
  scoreSums: { negative: 0, neutral: 0, positive: 0 },
};

/**
 * The use cases of what the feature store holds. Nothing here can be recomputed: every method
 * throws FeatureStoreUnavailableError when the store does not answer.
 */
export class Features {
  readonly #store: FeatureStore & AggregateStore;
  readonly #predictionLog: PredictionLog;
  readonly #exposeText: boolean;
  readonly #now: () => number;

  constructor({ store, predictionLog, exposeText, now = Date.now }: FeaturesOptions) {
    this.#store = store;
    this.#predictionLog = predictionLog;
    this.#exposeText = exposeText;
    this.#now = now;
  }

  /** Same length, same order, null where absent; without texts where they are not exposed. */
  async rows(ids: readonly TweetId[]): Promise<(FeatureRow | null)[]> {
    const rows = await this.#store.getTweets(ids);
    return this.#exposeText ? rows : rows.map((row) => row && { ...row, text: null });
  }

  /** @throws EntityNotFoundError */
  async userSentiment(
    user: UserReference,
    range: DayRange,
  ): Promise<EntitySentiment<{ readonly id: UserId; readonly username: string | null }>> {
    const id = await this.#idOf(user);
    const found = id === null ? null : await this.#store.userBuckets(id, range);
    if (!found) throw new EntityNotFoundError('Nothing is known of this user.');
    const { username, buckets } = found;
    return { entity: { id: found.id, username }, ...sentimentOf(buckets, range) };
  }

  /** @throws EntityNotFoundError */
  async topicSentiment(
    topic: string,
    range: DayRange,
  ): Promise<EntitySentiment<{ readonly id: string }>> {
    const buckets = await this.#store.topicBuckets(topic, range);
    if (!buckets) throw new EntityNotFoundError('Nothing is known of this topic.');
    return { entity: { id: topic }, ...sentimentOf(buckets, range) };
  }

  mostActiveUsers(limit: number): Promise<readonly ActiveUser[]> {
    return this.#store.mostActiveUsers(limit);
  }

  /** See FeatureStore. */
  listTweets(cursor: string): Promise<TweetListing> {
    return this.#store.listTweets(cursor);
  }

  async purgeUser(user: UserReference): Promise<Purged> {
    const id = await this.#idOf(user);
    if (id === null) return { rows: 0, contributions: 0 };
    return this.#store.purgeUser(id, this.#now(), (ids) => this.#recordPurges(ids));
  }

  purgeTopic(topic: string): Promise<Purged> {
    return this.#store.purgeTopic(topic, this.#now(), (ids) => this.#recordPurges(ids));
  }

  /** Before they are gone: afterwards nothing would tell which they were. */
  #recordPurges(ids: readonly TweetId[]): Promise<void> {
    return this.#predictionLog.recordPurges(ids);
  }

  async #idOf(user: UserReference): Promise<UserId | null> {
    return 'id' in user ? user.id : this.#store.findUser(user.username);
  }
}

/** How many tweets there are of all labels. */
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
  };
}

function summaryOf({ counts, scoreSums }: Omit<DayBucket, 'day'>): SentimentSummary {
  const total = totalOf(counts);
  const meanScores =
    total === 0 ? null : perLabel((label) => scoreSums[label] / SCORE_UNITS / total);
  return { counts, meanScores };
}
