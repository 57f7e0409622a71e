import type { DayBucket } from '../../application/ports/feature-store.ts';
import { bucketName, type Contribution } from '../../domain/contribution.ts';
import { LABELS, type Label, perLabel } from '../../domain/sentiment.ts';
import type { TweetId } from '../../domain/tweet.ts';
import type { UtcDay } from '../../domain/utc-days.ts';

/**
 * A day bucket with the tweets that count in it. An ended bucket is not reused: a new, empty one
 * replaces it for the day.
 */
export interface StoredDayBucket {
  readonly entity: string;
  readonly name: string;
  readonly day: UtcDay;
  readonly isOtherLanguage: boolean;
  readonly tweets: Set<TweetId>;
  readonly counts: Record<Label, number>;
  readonly scoreSums: Record<Label, number>;
  endsMs: number;
}

export interface DayBucketsOptions {
  /** Life of a day bucket after its last write. */
  readonly ttlMs: number;
  readonly now: () => number;
  /** Called with an entity that has no day bucket left. */
  readonly onForgotten?: (entity: string) => void;
}

/** The day buckets of all users, or of all topics. Drops ended ones when it meets them. */
export class DayBuckets {
  readonly #options: DayBucketsOptions;
  readonly #entities = new Map<string, Map<string, StoredDayBucket>>();
  /** In the order in which they end, as each write prolongs a bucket by the same time. */
  readonly #byEnd = new Set<StoredDayBucket>();
  readonly #totals = new Map<string, number>();
  #changes = 0;

  constructor(options: DayBucketsOptions) {
    this.#options = options;
  }

  /** Number of changes of the totals so far. */
  get changes(): number {
    this.#dropEnded();
    return this.#changes;
  }

  /** Number of tweets in languages that the model reads, for each entity that has some. */
  get totals(): ReadonlyMap<string, number> {
    this.#dropEnded();
    return this.#totals;
  }

  add(entity: string, tweetId: TweetId, contribution: Contribution): StoredDayBucket {
    const { now, ttlMs } = this.#options;
    const { day, isOtherLanguage, label, scoreUnits } = contribution;
    const name = bucketName(contribution);
    const buckets = this.#entities.get(entity) ?? new Map<string, StoredDayBucket>();
    this.#entities.set(entity, buckets);
    let bucket = buckets.get(name);
    if (!bucket || bucket.endsMs <= now()) {
      if (bucket) this.#drop(bucket);
      bucket = {
        entity,
        name,
        day,
        isOtherLanguage,
        tweets: new Set(),
        counts: perLabel(() => 0),
        scoreSums: perLabel(() => 0),
        endsMs: 0,
      };
      buckets.set(name, bucket);
    }
    bucket.tweets.add(tweetId);
    bucket.counts[label] += 1;
    for (const each of LABELS) bucket.scoreSums[each] += scoreUnits[each];
    bucket.endsMs = now() + ttlMs;
    this.#byEnd.delete(bucket);
    this.#byEnd.add(bucket);
    this.#count(bucket, 1);
    return bucket;
  }

  /** Subtracts a contribution from the bucket that it was added to. False if that has ended. */
  remove(bucket: StoredDayBucket, tweetId: TweetId, contribution: Contribution): boolean {
    const { label, scoreUnits } = contribution;
    if (bucket.endsMs <= this.#options.now() || !bucket.tweets.delete(tweetId)) return false;
    bucket.counts[label] -= 1;
    for (const each of LABELS) bucket.scoreSums[each] -= scoreUnits[each];
    this.#count(bucket, -1);
    return true;
  }

  /** Drops an entity's buckets that have ended or are empty, and the entity with its last one. */
  tidy(entity: string): void {
    const buckets = this.#entities.get(entity);
    if (!buckets) return;
    for (const bucket of buckets.values()) {
      const isOver = bucket.endsMs <= this.#options.now() || bucket.tweets.size === 0;
      if (isOver) this.#drop(bucket);
    }
    if (buckets.size > 0) return;
    this.#entities.delete(entity);
    this.#options.onForgotten?.(entity);
  }

  /** Null for an unknown entity. */
  of(entity: string): readonly DayBucket[] | null {
    this.tidy(entity);
    const buckets = this.#entities.get(entity)?.values();
    return buckets ? daysOf(buckets) : null;
  }

  tweetsOf(entity: string): readonly TweetId[] {
    this.tidy(entity);
    const buckets = this.#entities.get(entity)?.values() ?? [];
    return [...buckets].flatMap(({ tweets }) => [...tweets]);
  }

  clear(): void {
    this.#entities.clear();
    this.#byEnd.clear();
    this.#totals.clear();
    this.#changes++;
  }

  #dropEnded(): void {
    for (const { entity, endsMs } of this.#byEnd) {
      if (endsMs > this.#options.now()) return;
      this.tidy(entity);
    }
  }

  #drop(bucket: StoredDayBucket): void {
    this.#entities.get(bucket.entity)?.delete(bucket.name);
    this.#byEnd.delete(bucket);
    this.#count(bucket, -bucket.tweets.size);
  }

  /** Adds a number of tweets of a bucket to the total of its entity. */
  #count({ entity, isOtherLanguage }: StoredDayBucket, tweets: number): void {
    this.#changes++;
    if (isOtherLanguage) return;
    const total = (this.#totals.get(entity) ?? 0) + tweets;
    if (total > 0) this.#totals.set(entity, total);
    else this.#totals.delete(entity);
  }
}

/** Joins the bucket of the tweets that the model reads with that of the others, for each day. */
function daysOf(buckets: Iterable<StoredDayBucket>): readonly DayBucket[] {
  const days = new Map<UtcDay, DayBucket>();
  for (const { day, isOtherLanguage, tweets, counts, scoreSums } of buckets) {
    const joined = days.get(day) ?? {
      day,
      counts: perLabel(() => 0),
      scoreSums: perLabel(() => 0),
      otherLanguages: 0,
    };
    const own = isOtherLanguage
      ? { otherLanguages: tweets.size }
      : { counts: { ...counts }, scoreSums: { ...scoreSums } };
    days.set(day, { ...joined, ...own });
  }
  return [...days.values()];
}
