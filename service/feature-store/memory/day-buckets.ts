import type { DayBucket } from '../../application/ports/feature-store.ts';
import type { Contribution } from '../../domain/contribution.ts';
import { LABELS, type Label, perLabel } from '../../domain/sentiment.ts';
import type { TweetId } from '../../domain/tweet.ts';
import type { UtcDay } from '../../domain/utc-days.ts';

/**
 * A day bucket with the tweets it holds. Never reused once it has ended: a new bucket takes its
 * place for the day and holds none of its tweets.
 */
export interface StoredDayBucket {
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

/** The day buckets of all users, or of all topics. Drops ended ones when it comes across them. */
export class DayBuckets {
  readonly #options: DayBucketsOptions;
  readonly #entities = new Map<string, Map<UtcDay, StoredDayBucket>>();

  constructor(options: DayBucketsOptions) {
    this.#options = options;
  }

  add(entity: string, tweetId: TweetId, contribution: Contribution): StoredDayBucket {
    const { now, ttlMs } = this.#options;
    const { day, label, scoreUnits } = contribution;
    const days = this.#entities.get(entity) ?? new Map<UtcDay, StoredDayBucket>();
    this.#entities.set(entity, days);
    let bucket = days.get(day);
    if (!bucket || bucket.endsMs <= now()) {
      bucket = {
        tweets: new Set(),
        counts: perLabel(() => 0),
        scoreSums: perLabel(() => 0),
        endsMs: 0,
      };
      days.set(day, bucket);
    }
    bucket.tweets.add(tweetId);
    bucket.counts[label] += 1;
    for (const each of LABELS) bucket.scoreSums[each] += scoreUnits[each];
    bucket.endsMs = now() + ttlMs;
    return bucket;
  }

  /** Takes a contribution out of the bucket it was added to. False when that has ended. */
  remove(bucket: StoredDayBucket, tweetId: TweetId, contribution: Contribution): boolean {
    const { label, scoreUnits } = contribution;
    if (bucket.endsMs <= this.#options.now() || !bucket.tweets.delete(tweetId)) return false;
    bucket.counts[label] -= 1;
    for (const each of LABELS) bucket.scoreSums[each] -= scoreUnits[each];
    return true;
  }

  /** Drops an entity's buckets that have ended or are empty, and the entity with its last one. */
  tidy(entity: string): void {
    const days = this.#entities.get(entity);
    if (!days) return;
    for (const [day, { endsMs, tweets }] of days) {
      if (endsMs <= this.#options.now() || tweets.size === 0) days.delete(day);
    }
    if (days.size > 0) return;
    this.#entities.delete(entity);
    this.#options.onForgotten?.(entity);
  }

  entities(): readonly string[] {
    return [...this.#entities.keys()];
  }

  /** Null for an unknown entity. */
  of(entity: string): readonly DayBucket[] | null {
    this.tidy(entity);
    const days = this.#entities.get(entity);
    if (!days) return null;
    return [...days].map(([day, { counts, scoreSums }]) => ({
      day,
      counts: { ...counts },
      scoreSums: { ...scoreSums },
    }));
  }

  tweetsOf(entity: string): readonly TweetId[] {
    this.tidy(entity);
    const days = this.#entities.get(entity)?.values() ?? [];
    return [...days].flatMap(({ tweets }) => [...tweets]);
  }

  clear(): void {
    this.#entities.clear();
  }
}
