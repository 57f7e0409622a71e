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
 * the store and in the prediction log. The log comes first: a purge that is repeated must find the
 * tweets again. Rows that wait for the store are dropped before the store is purged: they must not be
 * written after it.
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
    await this.#record([id]);
    return this.#store.purgeTweet(id);
  }

  async user(user: UserReference): Promise<PurgedUser> {
    const pendingWrites = this.#pendingWrites;
    const scoredUpToMs = this.#now();
    await this.#dropPending(scoredUpToMs, (upToMs) => pendingWrites.tweetsOfUser(user, upToMs));
    const id = 'id' in user ? user.id : await this.#store.findUser(user.username);
    if (id === null) return { userId: null, rows: 0, contributions: 0 };
    await this.#dropPending(scoredUpToMs, (upToMs) => pendingWrites.tweetsOfUser({ id }, upToMs));
    const record = (tweetIds: readonly TweetId[]) => this.#record(tweetIds);
    return { userId: id, ...(await this.#store.purgeUser(id, scoredUpToMs, record)) };
  }

  async topic(topic: string): Promise<Purged> {
    const scoredUpToMs = this.#now();
    await this.#dropPending(scoredUpToMs, (upToMs) =>
      this.#pendingWrites.tweetsOfTopic(topic, upToMs),
    );
    return this.#store.purgeTopic(topic, scoredUpToMs, (tweetIds) => this.#record(tweetIds));
  }

  /**
   * Drops rows that wait for the store; the prediction log has them already. First all of them: a clock that
   * was set back has scored some later than now. Then those that a request has added meanwhile, which ends,
   * because only rows that were scored before the purge count.
   */
  async #dropPending(
    scoredUpToMs: number,
    find: (upToMs: number) => readonly TweetId[],
  ): Promise<void> {
    for (let ids = find(Number.POSITIVE_INFINITY); ids.length > 0; ids = find(scoredUpToMs)) {
      await this.#record(ids);
      for (const id of ids) this.#pendingWrites.dropTweet(id);
    }
  }

  /** Recorded before the store forgets which tweets they were. */
  #record(tweetIds: readonly TweetId[]): Promise<void> {
    return this.#predictionLog.recordPurges(tweetIds);
  }
}
