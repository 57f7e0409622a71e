import type { TweetId } from '../domain/tweet.ts';
import type { UserId, UserReference } from '../domain/user.ts';
import type { PendingWrites } from './pending-writes.ts';
import type { FeatureStore, Purged } from './ports/feature-store.ts';
import type { PredictionLog } from './ports/prediction-log.ts';

export interface PurgeOptions {
  readonly store: FeatureStore;
  readonly predictionLog: PredictionLog;
  readonly pendingWrites: PendingWrites;
  /** Milliseconds since the epoch; `Date.now` by default. */
  readonly now?: () => number;
}

export interface PurgedUser extends Purged {
  /** Null: the store does not know the username, so it cannot tell which tweets to remove. */
  readonly userId: UserId | null;
}

/**
 * Use case: removes everything stored of a tweet, a user or a topic, and leaves tombstones in
 * the store and in the prediction log. Rows that wait for the store are removed first: they must not
 * be written after the purge.
 *
 * Every method throws FeatureStoreUnavailableError if either of them does not answer; the purge
 * can then be repeated.
 */
export class Purge {
  readonly #store: FeatureStore;
  readonly #predictionLog: PredictionLog;
  readonly #pendingWrites: PendingWrites;
  readonly #now: () => number;

  constructor({ store, predictionLog, pendingWrites, now = Date.now }: PurgeOptions) {
    this.#store = store;
    this.#pendingWrites = pendingWrites;
    this.#predictionLog = predictionLog;
    this.#now = now;
  }

  async tweet(id: TweetId): Promise<Purged> {
    this.#pendingWrites.dropTweet(id);
    const [purged] = await Promise.all([this.#store.purgeTweet(id), this.#record([id])]);
    return purged;
  }

  async user(user: UserReference): Promise<PurgedUser> {
    this.#pendingWrites.dropUser(user);
    const id = 'id' in user ? user.id : await this.#store.findUser(user.username);
    if (id === null) return { userId: null, rows: 0, contributions: 0 };
    this.#pendingWrites.dropUser({ id });
    const record = (tweetIds: readonly TweetId[]) => this.#record(tweetIds);
    return { userId: id, ...(await this.#store.purgeUser(id, this.#now(), record)) };
  }

  async topic(topic: string): Promise<Purged> {
    this.#pendingWrites.dropTopic(topic);
    return this.#store.purgeTopic(topic, this.#now(), (tweetIds) => this.#record(tweetIds));
  }

  /** Recorded before the store forgets which tweets they were. */
  #record(tweetIds: readonly TweetId[]): Promise<void> {
    return this.#predictionLog.recordPurges(tweetIds);
  }
}
