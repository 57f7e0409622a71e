import type { Redis } from 'ioredis';
import type { DayBucket, UserBuckets } from '../../application/ports/feature-store.ts';
import type { Metrics } from '../../application/ports/metrics.ts';
import { isId } from '../../contract/forms.ts';
import { LABELS, perLabel } from '../../domain/sentiment.ts';
import type { UserId } from '../../domain/user.ts';
import type { DayRange, UtcDay } from '../../domain/utc-days.ts';
import { decodeDayBucket, decodeUsername, type StoredDayBucket } from './bucket-codec.ts';
import { checkedUsername, type RedisKeys, topicEntity, userEntity } from './keys.ts';
import type { OperationGuard } from './operation-guard.ts';

export interface AggregateReaderOptions {
  readonly client: Redis;
  readonly keys: RedisKeys;
  readonly guard: OperationGuard;
  readonly metrics: Metrics;
}

/** Profile of an entity and its day buckets of a range, without those that have ended. */
interface Found {
  readonly profile: string | null;
  readonly buckets: readonly DayBucket[];
}

/** Reads aggregates by user and by topic from Redis. */
export class AggregateReader {
  readonly #options: AggregateReaderOptions;

  constructor(options: AggregateReaderOptions) {
    this.#options = options;
  }

  async findUser(username: string): Promise<UserId | null> {
    const { client, keys, guard } = this.#options;
    const name = checkedUsername(username).toLowerCase();
    const owner = await guard.run('read', async () => {
      const reply = await client.ownerOf(keys.prefix, name);
      if (reply === null || typeof reply === 'string') return reply;
      throw new Error('Redis answered a read of a username with something other than a user id.');
    });
    return owner === null ? null : this.#counted(isId(owner) ? owner : null);
  }

  async userBuckets(id: UserId, range: DayRange): Promise<UserBuckets | null> {
    const found = await this.#find(userEntity(id), range);
    return found && { id, username: decodeUsername(found.profile), buckets: found.buckets };
  }

  async topicBuckets(topic: string, range: DayRange): Promise<readonly DayBucket[] | null> {
    return (await this.#find(topicEntity(topic), range))?.buckets ?? null;
  }

  async #find(entity: string, { from, to }: DayRange): Promise<Found | null> {
    const days = Array.from({ length: to - from + 1 }, (_, index) => from + index);
    const fields = days.flatMap((day) => [`${day}`, `${day}o`]);
    const { nowSeconds, values } = await this.#read(entity, ['@', ...fields]);
    const [profile = null, ...texts] = values;
    const live = days.flatMap((day, index) => {
      const read = this.#live(texts[2 * index], nowSeconds);
      const others = this.#live(texts[2 * index + 1], nowSeconds);
      return read || others ? [dayBucket(day, read, others)] : [];
    });
    return live.length > 0 || (await this.#isKnown(entity)) ? { profile, buckets: live } : null;
  }

  /** Fields of an entity's hash, and the server's clock, by which day buckets end. */
  async #read(
    entity: string,
    fields: readonly string[],
  ): Promise<{ nowSeconds: number; values: (string | null)[] }> {
    const { client, keys, guard } = this.#options;
    const pipeline = client.pipeline().time();
    pipeline.hmget(keys.aggregates(entity), ...fields);
    return guard.run('read', async () => {
      const [time, values] = this.#resultsOf(await pipeline.exec());
      if (Array.isArray(time) && (values === null || isTexts(values, fields.length))) {
        return { nowSeconds: Number(time[0]), values: values ?? [] };
      }
      throw new Error(
        'Redis answered a read of aggregates with something other than the fields asked for.',
      );
    });
  }

  /** True if the entity has a day bucket outside the range. */
  async #isKnown(entity: string): Promise<boolean> {
    const { client, keys, guard } = this.#options;
    const pipeline = client.pipeline().time();
    pipeline.hgetall(keys.aggregates(entity));
    return guard.run('read', async () => {
      const [time, fields = null] = this.#resultsOf(await pipeline.exec());
      if (!Array.isArray(time) || typeof fields !== 'object') {
        throw new Error('Redis answered a read of aggregates with something other than a hash.');
      }
      return Object.entries(fields ?? {}).some(
        ([field, text]) => /^\d+o?$/.test(field) && this.#live(text, Number(time[0])),
      );
    });
  }

  #live(text: string | null | undefined, nowSeconds: number): StoredDayBucket | null {
    if (text === null || text === undefined) return null;
    const bucket = this.#counted(decodeDayBucket(text));
    return bucket && bucket.endsAtSeconds > nowSeconds ? bucket : null;
  }

  /** Replies, with null for a key of another type, which counts as absent. */
  #resultsOf(replies: [error: Error | null, result: unknown][] | null): unknown[] {
    return (replies ?? []).map(([error, result]) => {
      if (!error) return result;
      if (!error.message.startsWith('WRONGTYPE')) throw error;
      return this.#counted(null);
    });
  }

  #counted<T extends StoredDayBucket | UserId>(decoded: T | null): T | null {
    if (decoded === null) this.#options.metrics.record('FeatureStoreCorruptRows', 1);
    return decoded;
  }
}

/** Joins the bucket of the tweets that the model reads with that of the others. */
function dayBucket(
  day: UtcDay,
  read: StoredDayBucket | null,
  others: StoredDayBucket | null,
): DayBucket {
  return {
    day,
    counts: read?.counts ?? perLabel(() => 0),
    scoreSums: read?.scoreSums ?? perLabel(() => 0),
    otherLanguages: others ? LABELS.reduce((sum, label) => sum + others.counts[label], 0) : 0,
  };
}

function isTexts(reply: unknown, length: number): reply is (string | null)[] {
  return (
    Array.isArray(reply) &&
    reply.length === length &&
    reply.every((value) => value === null || typeof value === 'string')
  );
}
