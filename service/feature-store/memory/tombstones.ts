import { LRUCache } from 'lru-cache';
import { TOMBSTONE_SECONDS } from '../../application/ports/feature-store.ts';
import type { FeatureRow } from '../../domain/feature-row.ts';
import type { TweetId } from '../../domain/tweet.ts';

/** Tombstones of purged tweets, users and topics, which stop writes that were under way. */
export class Tombstones {
  readonly #tweets: LRUCache<TweetId, true>;
  /** Latest `scoredUpToMs` of the purges of each user and topic. */
  readonly #entities: LRUCache<string, number>;

  /** @param max bound for tweets and for entities each; the least recently used go first */
  constructor(max: number, now: () => number) {
    const options = {
      // With `max` the cache would allocate room for all of them at once.
      maxSize: max,
      sizeCalculation: () => 1,
      ttl: TOMBSTONE_SECONDS * 1_000,
      ttlResolution: 0,
      perf: { now },
    };
    this.#tweets = new LRUCache(options);
    this.#entities = new LRUCache(options);
  }

  addTweet(id: TweetId): void {
    this.#tweets.set(id, true);
  }

  addUser(id: string, scoredUpToMs: number): void {
    this.#addEntity(userEntity(id), scoredUpToMs);
  }

  addTopic(topic: string, scoredUpToMs: number): void {
    this.#addEntity(topicEntity(topic), scoredUpToMs);
  }

  /** True if a row must not be written. */
  refuse({ tweetId, authorId, topics, createdTimestampMs }: FeatureRow): boolean {
    const entities = topics.map(topicEntity);
    if (authorId !== null) entities.push(userEntity(authorId));
    return (
      this.#tweets.has(tweetId) ||
      entities.some((entity) => createdTimestampMs <= (this.#entities.get(entity) ?? -1))
    );
  }

  clear(): void {
    this.#tweets.clear();
    this.#entities.clear();
  }

  #addEntity(entity: string, scoredUpToMs: number): void {
    this.#entities.set(entity, Math.max(scoredUpToMs, this.#entities.get(entity) ?? 0));
  }
}

const userEntity = (id: string) => `u:${id}`;
const topicEntity = (topic: string) => `g:${topic}`;
