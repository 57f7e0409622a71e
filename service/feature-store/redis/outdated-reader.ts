import type { Redis } from 'ioredis';
import type { FeatureWrite, OutdatedTweets } from '../../application/ports/feature-store.ts';
import { isId, REVISION } from '../../contract/forms.ts';
import type { FeatureRow } from '../../domain/feature-row.ts';
import type { ModelIdentity } from '../../domain/sentiment.ts';
import type { TweetId } from '../../domain/tweet.ts';
import { rowFault } from '../row-fault.ts';
import { rowToRescore } from '../row-to-rescore.ts';
import { isWrongType } from './failures.ts';
import { KeyScan } from './key-scan.ts';
import { type RedisKeys, versionField } from './keys.ts';
import type { OperationGuard } from './operation-guard.ts';
import { decodeRow } from './row-codec.ts';

/** Keys that one page scans; keys other than indexes are skipped. */
const KEYS_PER_PAGE = 100;

const VERSION = new RegExp(String.raw`^(${REVISION}):(\d{1,15})$`);

export interface OutdatedReaderOptions {
  /** Patient: a page may take longer than a read of rows. */
  readonly client: Redis;
  readonly keys: RedisKeys;
  readonly guard: OperationGuard;
  readonly identity: ModelIdentity;
}

/** An index: versions of the tweet's rows, and the score that counts. */
interface Index {
  readonly id: TweetId;
  readonly versions: readonly string[];
  readonly countedVersion: string;
  readonly countedAtMs: number;
}

/** A row that was found, and its key. */
interface Found {
  readonly row: FeatureRow;
  readonly key: string;
}

/** Reads the rows of tweets whose score that counts is not of the present model version. */
export class OutdatedReader {
  readonly #options: OutdatedReaderOptions;
  readonly #version: string;
  readonly #scan: KeyScan;

  constructor(options: OutdatedReaderOptions) {
    const { client, keys } = options;
    this.#options = options;
    this.#scan = new KeyScan({ client, pattern: keys.pattern('i:*'), keysPerPage: KEYS_PER_PAGE });
    this.#version = versionField(options.identity);
  }

  async page(cursor: string): Promise<OutdatedTweets> {
    const { keys, guard } = this.#options;
    const scanned = await guard.run('read', () => this.#scan.page(cursor));
    const names = scanned.keys.map((key) => keys.nameOf(key));
    const ids = new Set(names.map((name) => name.slice('i:'.length)).filter(isId));
    const indexes = await this.#indexes([...ids]);
    const older = indexes.filter(({ countedVersion }) => countedVersion !== this.#version);
    const rows = await this.#rows(older);
    const found = older.flatMap(({ id, versions, countedAtMs }) => {
      const held = versions.flatMap((version) => this.#decoded(id, version, rows));
      return rowToRescore(held, countedAtMs, this.#version) ?? [];
    });
    const outdated = await this.#withLives(found);
    return {
      present: indexes.length - older.length,
      withoutText: older.length - outdated.length,
      outdated,
      nextCursor: scanned.nextCursor,
    };
  }

  #key(id: TweetId, version: string): string {
    return `${this.#options.keys.prefix}t:${id}:${version}`;
  }

  async #indexes(ids: readonly TweetId[]): Promise<Index[]> {
    const { client, keys, guard } = this.#options;
    if (ids.length === 0) return [];
    const pipeline = client.pipeline();
    for (const id of ids) pipeline.hgetall(keys.index(id));
    const replies = await guard.run('read', async () =>
      ((await pipeline.exec()) ?? []).map(([error, fields]) => {
        if (error && !isWrongType(error)) throw error;
        return (error ? {} : fields) as Record<string, string>;
      }),
    );
    return ids.map((id, index) => indexOf(id, replies[index] ?? {}));
  }

  /** Values of the rows of all versions by key. */
  async #rows(indexes: readonly Index[]): Promise<ReadonlyMap<string, Buffer>> {
    const { client, guard } = this.#options;
    const names = indexes.flatMap(({ id, versions }) =>
      versions.map((version) => this.#key(id, version)),
    );
    if (names.length === 0) return new Map();
    const values = await guard.run('read', () => client.mgetBuffer(names));
    return new Map(
      names.flatMap((key, index) => {
        const value = values[index];
        return value ? [[key, value] as const] : [];
      }),
    );
  }

  #decoded(id: TweetId, version: string, rows: ReadonlyMap<string, Buffer>): Found[] {
    const key = this.#key(id, version);
    const value = rows.get(key);
    const [, revision = '', preprocessingVersion = ''] = VERSION.exec(version) ?? [];
    if (value === undefined) return [];
    const row = decodeRow(value, id, {
      name: '',
      revision,
      preprocessingVersion: Number(preprocessingVersion),
    });
    return typeof row === 'string' || rowFault(row) !== null ? [] : [{ row, key }];
  }

  /** Leaves out rows that have expired since they were read. */
  async #withLives(found: readonly Found[]): Promise<FeatureWrite[]> {
    const { client, guard } = this.#options;
    if (found.length === 0) return [];
    const pipeline = client.pipeline();
    for (const { key } of found) pipeline.ttl(key);
    const lives = await guard.run('read', async () =>
      ((await pipeline.exec()) ?? []).map(([error, seconds]) => {
        if (error) throw error;
        return Number(seconds);
      }),
    );
    return found.flatMap(({ row }, index) => {
      const ttlSeconds = lives[index] ?? 0;
      return ttlSeconds > 0 ? [{ row, ttlSeconds }] : [];
    });
  }
}

/** An index that is not as described lists nothing. */
function indexOf(id: TweetId, fields: Readonly<Record<string, string>>): Index {
  const versions = Object.keys(fields)
    .filter((field) => field.startsWith('r:'))
    .map((field) => field.slice('r:'.length))
    .filter((version) => VERSION.test(version));
  const [, scoredAt = '0', countedVersion = ''] = /^(\d+) (\S+) \d+$/.exec(fields.s ?? '') ?? [];
  return { id, versions, countedVersion, countedAtMs: Number(scoredAt) };
}
