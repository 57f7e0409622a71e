import type {
  ActiveUser,
  DayBucket,
  UserBuckets,
} from '../../application/ports/aggregate-store.ts';
import {
  type Contribution,
  contributionOf,
  mergeContributions,
} from '../../domain/contribution.ts';
import type { FeatureRow } from '../../domain/feature-row.ts';
import { perLabel } from '../../domain/sentiment.ts';
import type { TweetId } from '../../domain/tweet.ts';
import type { UserId } from '../../domain/user.ts';
import type { DayRange } from '../../domain/utc-days.ts';
import { type Bucket, DayBuckets } from './day-buckets.ts';
import { Usernames } from './usernames.ts';

/** What a tweet has added, and where. */
export interface Share {
  readonly contribution: Contribution;
  /** Each of its buckets lives at least so long. */
  readonly endsMs: number;
  readonly author: Bucket | undefined;
  readonly topics: readonly Bucket[];
}

/** What the rows in memory add up to, by user and by topic. */
export class MemoryAggregates {
  readonly users: DayBuckets;
  readonly topics: DayBuckets;
  readonly #names: Usernames;
  readonly #ttlMs: number;
  readonly #now: () => number;

  /** @param ttlMs life of a bucket after its last write */
  constructor(ttlMs: number, now: () => number) {
    this.#ttlMs = ttlMs;
    this.#now = now;
    this.#names = new Usernames(ttlMs, now);
    this.users = new DayBuckets({ ttlMs, now, onGone: (id) => this.#names.forget(id) });
    this.topics = new DayBuckets({ ttlMs, now });
  }

  /**
   * Adds a row's contribution in place of what its tweet has added before, also if the score
   * stays the same: every write prolongs the buckets, so that a row is never there for longer
   * than the buckets by which a purge finds it.
   */
  count(before: Share | undefined, row: FeatureRow): Share {
    const own = contributionOf(row);
    // Before anything is taken out: a user who has nothing left that counts starts anew.
    this.#tidy(own);
    if (before) this.#tidy(before.contribution);
    const counted = before
      ? this.#remove(row.tweetId, before) > 0 || before.endsMs > this.#now()
      : false;
    const share = this.#add(
      row.tweetId,
      before && counted ? mergeContributions(before.contribution, own) : own,
    );
    if (before) this.#tidy(before.contribution);
    this.#learnName(row, share);
    return share;
  }

  /** Takes out what a tweet has added. Answers how many aggregates lost a contribution. */
  takeOut(id: TweetId, share: Share): number {
    const contributions = this.#remove(id, share);
    this.#tidy(share.contribution);
    return contributions;
  }

  findUser(username: string): UserId | null {
    const id = this.#names.idOf(username);
    // A name may outlive the last bucket of its user, and goes with it.
    if (id !== null) this.users.tidy(id);
    return this.#names.idOf(username);
  }

  userBuckets(id: UserId, range: DayRange): UserBuckets | null {
    const buckets = this.users.of(id);
    return buckets && { id, username: this.#names.nameOf(id), buckets: within(buckets, range) };
  }

  topicBuckets(topic: string, range: DayRange): readonly DayBucket[] | null {
    const buckets = this.topics.of(topic);
    return buckets && within(buckets, range);
  }

  mostActiveUsers(limit: number): readonly ActiveUser[] {
    const users = this.users.entities().flatMap((id) => {
      const buckets = this.users.of(id);
      if (!buckets) return [];
      const counts = perLabel((label) => sum(buckets.map((bucket) => bucket.counts[label])));
      const total = sum(Object.values(counts));
      return [{ total, user: { id, username: this.#names.nameOf(id), counts } }];
    });
    return users
      .sort((a, b) => b.total - a.total || (a.user.id < b.user.id ? 1 : -1))
      .slice(0, limit)
      .map(({ user }) => user);
  }

  clear(): void {
    this.users.clear();
    this.topics.clear();
    this.#names.clear();
  }

  #add(id: TweetId, contribution: Contribution): Share {
    const { authorId, topics } = contribution;
    return {
      contribution,
      endsMs: this.#now() + this.#ttlMs,
      author: authorId === null ? undefined : this.users.add(authorId, id, contribution),
      topics: topics.map((topic) => this.topics.add(topic, id, contribution)),
    };
  }

  #remove(id: TweetId, { contribution, author, topics }: Share): number {
    const removed = topics.map((bucket) => this.topics.remove(bucket, id, contribution));
    if (author) removed.push(this.users.remove(author, id, contribution));
    return removed.filter(Boolean).length;
  }

  #tidy({ authorId, topics }: Contribution): void {
    if (authorId !== null) this.users.tidy(authorId);
    for (const topic of topics) this.topics.tidy(topic);
  }

  /**
   * Not of one whom a newer score does not take for the author: no bucket may be theirs, by
   * whose end the name would go.
   */
  #learnName({ authorId, authorUsername, eventTimestampMs }: FeatureRow, share: Share): void {
    if (authorId === null || authorUsername === null) return;
    if (authorId !== share.contribution.authorId) return;
    this.#names.learn(authorId, authorUsername, eventTimestampMs);
  }
}

function within(buckets: readonly DayBucket[], { from, to }: DayRange): readonly DayBucket[] {
  return buckets.filter(({ day }) => day >= from && day <= to).sort((a, b) => a.day - b.day);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
