import type { Redis } from 'ioredis';
import type { Metrics } from '../../application/ports/metrics.ts';
import type { FeatureRow } from '../../domain/feature-row.ts';
import type { ModelIdentity } from '../../domain/sentiment.ts';
import type { TweetId } from '../../domain/tweet.ts';
import { JoinedReads } from './joined-reads.ts';
import type { RedisKeys } from './keys.ts';
import type { OperationGuard } from './operation-guard.ts';
import { ValidatedRows } from './validated-rows.ts';

export interface RowReaderOptions {
  readonly client: Redis;
  readonly keys: RedisKeys;
  readonly guard: OperationGuard;
  readonly identity: ModelIdentity;
  readonly metrics: Metrics;
}

/** Reads rows, and drops those that are corrupt. */
export class RowReader {
  readonly #options: RowReaderOptions;
  readonly #rows: ValidatedRows;
  readonly #reads = new JoinedReads((keys) => this.#valuesOf(keys));

  constructor(options: RowReaderOptions) {
    this.#options = options;
    this.#rows = new ValidatedRows(options.identity);
  }

  async read(ids: readonly TweetId[]): Promise<(FeatureRow | null)[]> {
    if (ids.length === 0) return [];
    const { keys, identity } = this.#options;
    const values = await this.#reads.get(ids.map((id) => keys.row(id, identity)));
    return ids.map((id, index) => this.#decode(id, values[index] ?? null));
  }

  /** Releases the memory of a row that has been purged. */
  forget(id: TweetId): void {
    this.#rows.forget(id);
  }

  forgetAll(): void {
    this.#rows.forgetAll();
  }

  #valuesOf(keys: readonly string[]): Promise<readonly (Buffer | null)[]> {
    const { client, guard } = this.#options;
    return guard.run('read', async () => {
      const reply: unknown = await client.mgetBuffer([...keys]);
      if (isValues(reply, keys.length)) return reply;
      throw new Error('Redis answered a read with something other than its values.');
    });
  }

  #decode(id: TweetId, value: Buffer | null): FeatureRow | null {
    const row = this.#rows.decode(id, value);
    if (row === 'corrupt' && value !== null) {
      this.#options.metrics.record('FeatureStoreCorruptRows', 1);
      void this.#drop(id, value);
    }
    return typeof row === 'string' ? null : row;
  }

  /** Runs in the background. A failure is counted, and the next read tries again. */
  async #drop(id: TweetId, value: Buffer): Promise<void> {
    const { client, guard, identity, keys } = this.#options;
    const key = keys.row(id, identity);
    await guard.run('write', () => client.dropRow(key, value)).catch(() => undefined);
  }
}

function isValues(reply: unknown, length: number): reply is (Buffer | null)[] {
  return (
    Array.isArray(reply) &&
    reply.length === length &&
    reply.every((value) => value === null || Buffer.isBuffer(value))
  );
}
