import { LRUCache } from 'lru-cache';
import type { FeatureRow } from '../../domain/feature-row.ts';
import type { TweetId } from '../../domain/tweet.ts';

const LIFE_MS = 86_400_000;

/** What has been purged within the last day, so that a write under way does not bring it back. */
export class PurgeMarks {
  readonly #tweets: LRUCache<TweetId, true>;
  /** Of users and topics: up to when they were purged, as `scoredUpToMs`. */
  readonly #entities: LRUCache<string, number>;

  /** @param max marks of each kind at most; the least recently used one goes first. */
  constructor(max: number, now: () => number) {
    const forADay = { max, ttl: LIFE_MS, ttlResolution: 0, perf: { now } };
    this.#tweets = new LRUCache(forADay);
    this.#entities = new LRUCache(forADay);
  }

  addTweet(id: TweetId): void {
    this.#tweets.set(id, true);
  }

  addUser(id: string, scoredUpToMs: number): void {
    this.#addEntity(userMark(id), scoredUpToMs);
  }

  addTopic(topic: string, scoredUpToMs: number): void {
    this.#addEntity(topicMark(topic), scoredUpToMs);
  }

  /** Whether a row must not be written. */
  has({ tweetId, authorId, topics, createdTimestampMs }: FeatureRow): boolean {
    const marks = topics.map(topicMark);
    if (authorId !== null) marks.push(userMark(authorId));
    return (
      this.#tweets.has(tweetId) ||
      marks.some((mark) => createdTimestampMs <= (this.#entities.get(mark) ?? -1))
    );
  }

  clear(): void {
    this.#tweets.clear();
    this.#entities.clear();
  }

  #addEntity(mark: string, scoredUpToMs: number): void {
    this.#entities.set(mark, Math.max(scoredUpToMs, this.#entities.get(mark) ?? 0));
  }
}

const userMark = (id: string) => `u:${id}`;
const topicMark = (topic: string) => `g:${topic}`;
