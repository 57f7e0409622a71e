import type { Redis } from 'ioredis';
import {
  type BeforePurge,
  type Purged,
  TOMBSTONE_SECONDS,
} from '../../application/ports/feature-store.ts';
import { isId } from '../../contract/forms.ts';
import type { ModelIdentity } from '../../domain/sentiment.ts';
import type { TweetId } from '../../domain/tweet.ts';
import { type RedisKeys, tweetName, versionField } from './keys.ts';
import type { OperationGuard } from './operation-guard.ts';

/** Tweets that a purge removes in one step, which blocks Redis for a few milliseconds. */
const STEP_TWEETS = 100;

export interface PurgerOptions {
  /** Used by purges only: it waits where reads and writes give up. */
  readonly client: Redis;
  readonly keys: RedisKeys;
  readonly guard: OperationGuard;
  readonly identity: ModelIdentity;
}

/** Removes tweets and their contributions from Redis. */
export class Purger {
  readonly #options: PurgerOptions;

  constructor(options: PurgerOptions) {
    this.#options = options;
  }

  async purgeTweet(id: TweetId): Promise<Purged> {
    const { client, keys, guard, identity } = this.#options;
    const tweet = tweetName(id);
    return guard.run('purge', async () => {
      const version = versionField(identity);
      const reply = await client.purgeTweet(keys.prefix, tweet, version, TOMBSTONE_SECONDS);
      const [rows, contributions] = Array.isArray(reply) ? reply : [];
      if (isCount(rows) && isCount(contributions)) return { rows, contributions };
      throw new Error('Redis answered a purge with something other than its counts.');
    });
  }

  /** @param entity as in its key; see `purgeUser` and `purgeTopic` of FeatureStore */
  async purgeEntity(
    entity: string,
    scoredUpToMs: number,
    beforeStep: BeforePurge,
  ): Promise<Purged> {
    let [rows, contributions] = [0, 0];
    let step: readonly TweetId[] = [];
    do {
      if (step.length > 0) await beforeStep(step.filter(isId));
      const removed = await this.#purgeStep(entity, scoredUpToMs, step);
      rows += removed.rows;
      contributions += removed.contributions;
      step = removed.next;
    } while (step.length > 0);
    return { rows, contributions };
  }

  /** Purges the tweets that the last step returned, and returns those of the next step. */
  #purgeStep(
    entity: string,
    scoredUpToMs: number,
    ids: readonly TweetId[],
  ): Promise<Purged & { readonly next: readonly TweetId[] }> {
    const { client, keys, guard, identity } = this.#options;
    return guard.run('purge', async () => {
      const reply = await client.purgeEntity(
        keys.prefix,
        entity,
        versionField(identity),
        TOMBSTONE_SECONDS,
        scoredUpToMs,
        STEP_TWEETS,
        ...ids,
      );
      const [rows, contributions, next] = Array.isArray(reply) ? reply : [];
      if (isCount(rows) && isCount(contributions) && isTexts(next)) {
        return { rows, contributions, next };
      }
      throw new Error(
        'Redis answered a purge with something other than its counts and next tweets.',
      );
    });
  }
}

function isCount(reply: unknown): reply is number {
  return typeof reply === 'number';
}

function isTexts(reply: unknown): reply is string[] {
  return Array.isArray(reply) && reply.every((text) => typeof text === 'string');
}
