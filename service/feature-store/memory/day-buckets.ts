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

  constructor(options: DayBucketsOptions) {
    this.#options = options;
  }

  add(entity: string, tweetId: TweetId, contribution: Contribution): StoredDayBucket {
    const { now, ttlMs } = this.#options;
    const { day, isOtherLanguage, label, scoreUnits } = contribution;
    const name = bucketName(contribution);
    const buckets = this.#entities.get(entity) ?? new Map<string, StoredDayBucket>();
    this.#entities.set(entity, buckets);
    let bucket = buckets.get(name);
    if (!bucket || bucket.endsMs <= now()) {
      bucket = {
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
    return bucket;
  }

  /** Subtracts a contribution from the bucket that it was added to. False if that has ended. */
  remove(bucket: StoredDayBucket, tweetId: TweetId, contribution: Contribution): boolean {
    const { label, scoreUnits } = contribution;
    if (bucket.endsMs <= this.#options.now() || !bucket.tweets.delete(tweetId)) return false;
    bucket.counts[label] -= 1;
    for (const each of LABELS) bucket.scoreSums[each] -= scoreUnits[each];
    return true;
  }

  /** Drops an entity's buckets that have ended or are empty, and the entity with its last one. */
  tidy(entity: string): void {
    const buckets = this.#entities.get(entity);
    if (!buckets) return;
    for (const [name, { endsMs, tweets }] of buckets) {
      if (endsMs <= this.#options.now() || tweets.size === 0) buckets.delete(name);
    }
    if (buckets.size > 0) return;
    this.#entities.delete(entity);
    this.#options.onForgotten?.(entity);
  }

  entities(): readonly string[] {
    return [...this.#entities.keys()];
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
