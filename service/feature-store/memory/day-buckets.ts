import type { DayBucket } from '../../application/ports/aggregate-store.ts';
import type { Contribution } from '../../domain/contribution.ts';
import { LABELS, type Label, perLabel } from '../../domain/sentiment.ts';
import type { TweetId } from '../../domain/tweet.ts';
import type { UtcDay } from '../../domain/utc-days.ts';

/**
 * The tweets of an entity's day. One that has ended is never used again: the day gets a new
 * one, which holds nothing of what the old one held.
 */
export interface Bucket {
  readonly tweets: Set<TweetId>;
  readonly counts: Record<Label, number>;
  readonly scoreSums: Record<Label, number>;
  endsMs: number;
}

export interface DayBucketsOptions {
  /** Life of a bucket after its last write. */
  readonly ttlMs: number;
  readonly now: () => number;
  /** Is told of an entity that has no bucket left. */
  readonly onGone?: (entity: string) => void;
}

/** The buckets of all entities of one kind. Those that have ended go when they are looked at. */
export class DayBuckets {
  readonly #options: DayBucketsOptions;
  readonly #entities = new Map<string, Map<UtcDay, Bucket>>();

  constructor(options: DayBucketsOptions) {
    this.#options = options;
  }

  add(entity: string, tweetId: TweetId, { day, label, scoreUnits }: Contribution): Bucket {
    const { now, ttlMs } = this.#options;
    const days = this.#entities.get(entity) ?? new Map<UtcDay, Bucket>();
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

  /** Takes a contribution out of where it was added. False when that bucket has ended. */
  remove(bucket: Bucket, tweetId: TweetId, { label, scoreUnits }: Contribution): boolean {
    if (bucket.endsMs <= this.#options.now() || !bucket.tweets.delete(tweetId)) return false;
    bucket.counts[label] -= 1;
    for (const each of LABELS) bucket.scoreSums[each] -= scoreUnits[each];
    return true;
  }

  /** Forgets an entity's buckets that have ended or hold nothing, and the entity without any. */
  tidy(entity: string): void {
    const days = this.#entities.get(entity);
    if (!days) return;
    for (const [day, { endsMs, tweets }] of days) {
      if (endsMs <= this.#options.now() || tweets.size === 0) days.delete(day);
    }
    if (days.size > 0) return;
    this.#entities.delete(entity);
    this.#options.onGone?.(entity);
  }

  entities(): readonly string[] {
    return [...this.#entities.keys()];
  }

  /** Null when nothing is known of the entity. */
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
