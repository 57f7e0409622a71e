import type {
  ActiveTopic,
  ActiveUser,
  DayBucket,
  UserBuckets,
} from '../../application/ports/feature-store.ts';
import {
  type Contribution,
  contributionOf,
  mergeContributions,
} from '../../domain/contribution.ts';
import type { FeatureRow } from '../../domain/feature-row.ts';
import type { TweetId } from '../../domain/tweet.ts';
import type { UserId } from '../../domain/user.ts';
import type { DayRange } from '../../domain/utc-days.ts';
import { DayBuckets, type StoredDayBucket } from './day-buckets.ts';
import { MostActive } from './most-active.ts';
import { Usernames } from './usernames.ts';

/** A contribution and the day buckets that it was added to. */
export interface AddedContribution {
  readonly contribution: Contribution;
  /** Earliest end of these day buckets. */
  readonly endsMs: number;
  readonly authorBucket: StoredDayBucket | undefined;
  readonly topicBuckets: readonly StoredDayBucket[];
}

/** Aggregates by user and by topic, in memory. */
export class MemoryAggregates {
  readonly users: DayBuckets;
  readonly topics: DayBuckets;
  readonly #activeUsers: MostActive;
  readonly #activeTopics: MostActive;
  readonly #names: Usernames;
  readonly #ttlMs: number;
  readonly #now: () => number;

  /** @param ttlMs life of a day bucket after its last write */
  constructor(ttlMs: number, now: () => number) {
    this.#ttlMs = ttlMs;
    this.#now = now;
    this.#names = new Usernames(ttlMs, now);
    this.users = new DayBuckets({ ttlMs, now, onForgotten: (id) => this.#names.forget(id) });
    this.topics = new DayBuckets({ ttlMs, now });
    this.#activeUsers = new MostActive(this.users);
    this.#activeTopics = new MostActive(this.topics);
  }

  /**
   * Adds a row's contribution and removes the earlier one of its tweet. Adds it again
   * even if the score stays the same: every write prolongs the day buckets, so that a row never
   * outlives the buckets by which a purge finds it.
   */
  add(row: FeatureRow, held: AddedContribution | undefined): AddedContribution {
    const incoming = contributionOf(row);
    // Before the removal, so that a user whose day buckets have all ended starts over.
    this.#tidy(incoming);
    if (held) this.#tidy(held.contribution);
    const isHeld = held && (this.#takeOut(row.tweetId, held) > 0 || held.endsMs > this.#now());
    const contribution = isHeld ? mergeContributions(held.contribution, incoming) : incoming;
    const added = this.#put(row.tweetId, contribution);
    if (held) this.#tidy(held.contribution);
    this.#learnName(row, contribution);
    return added;
  }

  /** Takes out a tweet's contribution. Returns the number of day buckets that held it. */
  remove(id: TweetId, held: AddedContribution): number {
    const removed = this.#takeOut(id, held);
    this.#tidy(held.contribution);
    return removed;
  }

  /** A name may outlive the last day bucket of its user, which removes it. */
  findUser(username: string): UserId | null {
    const id = this.#names.idOf(username);
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
    return this.#activeUsers.first(limit).map(({ entity: id, ...totals }) => ({
      id,
      username: this.#names.nameOf(id),
      ...totals,
    }));
  }

  mostActiveTopics(limit: number): readonly ActiveTopic[] {
    return this.#activeTopics.first(limit).map(({ entity: topic, ...totals }) => ({
      topic,
      ...totals,
    }));
  }

  clear(): void {
    this.users.clear();
    this.topics.clear();
    this.#names.clear();
  }

  #put(id: TweetId, contribution: Contribution): AddedContribution {
    const { authorId, topics } = contribution;
    return {
      contribution,
      endsMs: this.#now() + this.#ttlMs,
      authorBucket: authorId === null ? undefined : this.users.add(authorId, id, contribution),
      topicBuckets: topics.map((topic) => this.topics.add(topic, id, contribution)),
    };
  }

  #takeOut(id: TweetId, { contribution, authorBucket, topicBuckets }: AddedContribution): number {
    const removed = topicBuckets.map((bucket) => this.topics.remove(bucket, id, contribution));
    if (authorBucket) removed.push(this.users.remove(authorBucket, id, contribution));
    return removed.filter(Boolean).length;
  }

  #tidy({ authorId, topics }: Contribution): void {
    if (authorId !== null) this.users.tidy(authorId);
    for (const topic of topics) this.topics.tidy(topic);
  }

  /**
   * Skips the name if a newer score names another author: the row's author may have no day
   * bucket, and a name is only removed with the last bucket of its user.
   */
  #learnName(row: FeatureRow, contribution: Contribution): void {
    const { authorId, authorUsername, eventTimestampMs } = row;
    if (authorId === null || authorUsername === null) return;
    if (authorId !== contribution.authorId) return;
    // Frees the name if its owner has no day bucket left.
    this.findUser(authorUsername);
    this.#names.learn(authorId, authorUsername, eventTimestampMs);
  }
}

function within(buckets: readonly DayBucket[], { from, to }: DayRange): readonly DayBucket[] {
  return buckets.filter(({ day }) => day >= from && day <= to).sort((a, b) => a.day - b.day);
}
