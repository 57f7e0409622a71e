import { setImmediate } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import type {
  ActiveTopic,
  ActiveUser,
  LabelCounts,
} from '../../application/ports/feature-store.ts';
import type { Metrics } from '../../application/ports/metrics.ts';
import { isId } from '../../contract/forms.ts';
import { FeatureStoreUnavailableError } from '../../domain/errors.ts';
import { normalizeTopic } from '../../domain/topics.ts';
import { decodeOthers, decodeTotal, decodeUsername } from './bucket-codec.ts';
import type { RedisKeys } from './keys.ts';
import type { OperationGuard } from './operation-guard.ts';

/** Day buckets that one step of a ranking settles, which blocks Redis for about 5 ms. */
const SETTLE_STEP_BUCKETS = 2_000;

/** Steps after which one read of a ranking gives up; the next read continues there. */
const MAX_SETTLE_STEPS = 100;

export interface RankingReaderOptions {
  readonly client: Redis;
  readonly keys: RedisKeys;
  readonly guard: OperationGuard;
  readonly metrics: Metrics;
}

/** Id, total by label, number of tweets in other languages (empty: none), profile of a user. */
type EntityReply = readonly [string, string, string, string];

type Kind = 'u' | 'g';

/** The reads of one turn of the event loop. */
interface Turn {
  /** The longest ranking that one of them wants. */
  limit: number;
  readonly entities: Promise<readonly EntityReply[]>;
}

interface Totals {
  readonly counts: LabelCounts;
  readonly otherLanguages: number;
}

/**
 * Reads the most active users and topics from Redis. One command serves all reads of a turn of the
 * event loop: a ranking of a hundred takes Redis half a millisecond. Rejects with
 * FeatureStoreUnavailableError also while too much of a ranking has ended.
 */
export class RankingReader {
  readonly #options: RankingReaderOptions;
  readonly #turns = new Map<Kind, Turn>();

  constructor(options: RankingReaderOptions) {
    this.#options = options;
  }

  async users(limit: number): Promise<readonly ActiveUser[]> {
    const replies = await this.#join('u', limit);
    return replies.flatMap((reply) => {
      const [id, , , profile] = reply;
      const totals = this.#totals(reply, isId(id));
      return totals ? [{ id, username: decodeUsername(profile), ...totals }] : [];
    });
  }

  async topics(limit: number): Promise<readonly ActiveTopic[]> {
    const replies = await this.#join('g', limit);
    return replies.flatMap((reply) => {
      const [topic] = reply;
      const totals = this.#totals(reply, normalizeTopic(topic) === topic);
      return totals ? [{ topic, ...totals }] : [];
    });
  }

  async #join(kind: Kind, limit: number): Promise<readonly EntityReply[]> {
    const turn = this.#turns.get(kind) ?? { limit, entities: this.#readAfterTurn(kind) };
    turn.limit = Math.max(turn.limit, limit);
    this.#turns.set(kind, turn);
    const entities = await turn.entities;
    return entities.slice(0, limit);
  }

  async #readAfterTurn(kind: Kind): Promise<readonly EntityReply[]> {
    await setImmediate();
    const limit = this.#turns.get(kind)?.limit ?? 0;
    this.#turns.delete(kind);
    return this.#read(kind, limit);
  }

  async #read(kind: Kind, limit: number): Promise<readonly EntityReply[]> {
    const { client, keys, guard } = this.#options;
    for (let step = 0; step < MAX_SETTLE_STEPS; step++) {
      const entities = await guard.run('read', async () => {
        const reply = await client.mostActive(keys.prefix, kind, limit, SETTLE_STEP_BUCKETS);
        if (reply === null || areEntities(reply)) return reply;
        throw new Error('Redis answered a read of a ranking with something other than its parts.');
      });
      if (entities) return entities;
    }
    throw new FeatureStoreUnavailableError(
      'The ranking is being brought up to date; send the request again.',
    );
  }

  /** Null, and counted as corrupt, for an id or numbers that the scripts do not write. */
  #totals([, total, others]: EntityReply, isSound: boolean): Totals | null {
    const counts = isSound ? decodeTotal(total) : null;
    const otherLanguages = decodeOthers(others);
    if (counts && otherLanguages !== null) return { counts, otherLanguages };
    this.#options.metrics.record('FeatureStoreCorruptRows', 1);
    return null;
  }
}

function areEntities(reply: unknown): reply is EntityReply[] {
  return (
    Array.isArray(reply) &&
    reply.every(
      (entity) =>
        Array.isArray(entity) &&
        entity.length === 4 &&
        entity.every((part) => typeof part === 'string'),
    )
  );
}
