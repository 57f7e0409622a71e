import type { Redis } from 'ioredis';
import type { RebuildPage } from '../../application/ports/feature-store.ts';
import { isId, REVISION } from '../../contract/forms.ts';
import { contributionOf, MAX_CONTRIBUTION_TOPICS, SCORE_UNITS } from '../../domain/contribution.ts';
import type { FeatureRow } from '../../domain/feature-row.ts';
import type { TweetId } from '../../domain/tweet.ts';
import { rowFault } from '../row-fault.ts';
import { encodeContent } from './bucket-codec.ts';
import { KeyScan } from './key-scan.ts';
import { type RedisKeys, versionField } from './keys.ts';
import type { OperationGuard } from './operation-guard.ts';
import { decodeRow } from './row-codec.ts';

/** Keys that one page scans; keys of other kinds are skipped. */
const KEYS_PER_PAGE = 500;

/** Scripts in one pipeline, which block Redis for about 10 ms if each has to repair something. */
const SCRIPTS_PER_STEP = 50;

/** Tweets that one script counts again, which blocks Redis for about 50 ms; most of a day bucket. */
const MAX_RECOUNTED_TWEETS = 2_000;

/** The same for each script of a pipeline, which blocks Redis as a whole. */
const RECOUNTED_IN_STEP = MAX_RECOUNTED_TWEETS / SCRIPTS_PER_STEP;

const ROW_KEY = new RegExp(String.raw`^(\d+):(${REVISION}):(\d{1,15})$`);

export interface RebuilderOptions {
  /** A client with a long time-out: a page may take longer than a read of rows. */
  readonly client: Redis;
  readonly keys: RedisKeys;
  readonly guard: OperationGuard;
  readonly aggregateSeconds: number;
  readonly coverSeconds: number;
}

/** The two passes over the keys: day buckets are compared after all tweets are listed. */
type Pass = 'tweets' | 'entities';

/** First character of a cursor. */
const CURSOR_LETTERS = { tweets: 't', entities: 'e' } as const satisfies Record<Pass, string>;

const FIRST_KEYS = { tweets: '[it]', entities: '[ug]' } as const satisfies Record<Pass, string>;

type Found = Record<Exclude<keyof RebuildPage, 'purged' | 'nextCursor'>, number> & {
  readonly purged: TweetId[];
};

/**
 * Compares aggregates with indexes and rows, and repairs them. One atomic script per tweet and per
 * entity changes only values that differ.
 */
export class Rebuilder {
  readonly #options: RebuilderOptions;
  readonly #scans: Readonly<Record<Pass, KeyScan>>;

  constructor(options: RebuilderOptions) {
    const { client, keys } = options;
    this.#options = options;
    const scan = (pass: Pass) => {
      const pattern = keys.pattern(`${FIRST_KEYS[pass]}:*`);
      return new KeyScan({ client, pattern, keysPerPage: KEYS_PER_PAGE });
    };
    this.#scans = { tweets: scan('tweets'), entities: scan('entities') };
  }

  /** @param cursor `t` or `e` for the pass, and the cursor of its scan */
  async page(cursor: string, isDryRun: boolean): Promise<RebuildPage> {
    const pass: Pass = cursor.startsWith(CURSOR_LETTERS.entities) ? 'entities' : 'tweets';
    const { keys, guard } = this.#options;
    const scanned = await guard.run('read', () => this.#scans[pass].page(cursor.slice(1)));
    const names = scanned.keys.map((key) => keys.nameOf(key));
    const found: Found = {
      checked: names.length,
      rows: 0,
      contributions: 0,
      usernames: 0,
      entities: 0,
      tooLarge: 0,
      purged: [],
    };
    for (let start = 0; start < names.length; start += SCRIPTS_PER_STEP) {
      const step = names.slice(start, start + SCRIPTS_PER_STEP);
      if (pass === 'tweets') await this.#tweets(step, isDryRun, found);
      else await this.#entities(step, isDryRun, found);
    }
    const { nextCursor } = scanned;
    if (nextCursor !== null) return { ...found, nextCursor: CURSOR_LETTERS[pass] + nextCursor };
    return { ...found, nextCursor: pass === 'tweets' ? `${CURSOR_LETTERS.entities}0` : null };
  }

  async #tweets(names: readonly string[], isDryRun: boolean, found: Found): Promise<void> {
    const { client, keys, aggregateSeconds, coverSeconds } = this.#options;
    const indexed = names.filter((name) => name.startsWith('i:')).map((name) => name.slice(2));
    const rows = await this.#rows(names.filter((name) => name.startsWith('t:')));
    const calls = [
      ...indexed.filter(isId).map((id) => ({ id, row: [] })),
      ...rows.map((row) => ({ id: row.tweetId, row: rowArguments(row) })),
    ];
    if (calls.length === 0) return;
    const pipeline = client.pipeline();
    for (const { id, row } of calls) {
      pipeline.rebuildTweet(
        keys.prefix,
        id,
        isDryRun ? 0 : 1,
        aggregateSeconds,
        coverSeconds,
        MAX_CONTRIBUTION_TOPICS,
        ...row,
      );
    }
    const replies = await this.#run(pipeline, 4);
    for (const [index, [row = 0, contribution = 0, username = 0, purged]] of replies.entries()) {
      found.rows += row;
      found.contributions += contribution;
      found.usernames += username;
      const id = calls[index]?.id;
      if (purged === 1 && id !== undefined) found.purged.push(id);
    }
  }

  async #entities(names: readonly string[], isDryRun: boolean, found: Found): Promise<void> {
    const entities = names.filter((name) => name.startsWith('g:') || isId(name.slice(2)));
    if (entities.length === 0) return;
    const replies = await this.#rebuild(entities, isDryRun, RECOUNTED_IN_STEP);
    for (const [index, [differs = 0, tooLarge = 0, left = 0]] of replies.entries()) {
      found.entities += differs;
      const unmended = await this.#rebuildRest(entities[index] ?? '', left);
      found.tooLarge += tooLarge + unmended;
    }
  }

  /**
   * Counts the day buckets that are left, in steps, until none is or a step changes nothing.
   *
   * @returns the number of day buckets that are left
   */
  async #rebuildRest(entity: string, buckets: number): Promise<number> {
    let [before, left] = [buckets + 1, buckets];
    while (left > 0 && left < before) {
      before = left;
      const [reply = []] = await this.#rebuild([entity], false, MAX_RECOUNTED_TWEETS);
      left = reply[2] ?? 0;
    }
    return left;
  }

  #rebuild(entities: readonly string[], isDryRun: boolean, recounted: number) {
    const { client, keys } = this.#options;
    const pipeline = client.pipeline();
    for (const entity of entities) {
      pipeline.rebuildEntity(
        keys.prefix,
        entity,
        isDryRun ? 0 : 1,
        MAX_RECOUNTED_TWEETS,
        recounted,
        SCORE_UNITS,
      );
    }
    return this.#run(pipeline, 3);
  }

  /** Rows of every model revision; leaves out malformed ones, which a read drops. */
  async #rows(names: readonly string[]): Promise<FeatureRow[]> {
    const { client, keys, guard } = this.#options;
    if (names.length === 0) return [];
    const values = await guard.run('read', () =>
      client.mgetBuffer(names.map((name) => keys.prefix + name)),
    );
    return names.flatMap((name, index) => rowOf(name.slice(2), values[index] ?? null) ?? []);
  }

  async #run(pipeline: ReturnType<Redis['pipeline']>, length: number): Promise<number[][]> {
    return this.#options.guard.run('write', async () =>
      ((await pipeline.exec()) ?? []).map(([error, reply]) => {
        if (error) throw error;
        if (isCounts(reply, length)) return reply;
        throw new Error('Redis answered a rebuild with something other than its counts.');
      }),
    );
  }
}

/** @param name `<tweet id>:<revision>:<preprocessing version>` */
function rowOf(name: string, value: Buffer | null): FeatureRow | null {
  const [, id = '', revision = '', version = ''] = ROW_KEY.exec(name) ?? [];
  if (value === null || !isId(id)) return null;
  const identity = { name: '', revision, preprocessingVersion: Number(version) };
  const row = decodeRow(value, id as TweetId, identity);
  return typeof row === 'string' || rowFault(row) !== null ? null : row;
}

function rowArguments(row: FeatureRow): (string | number)[] {
  const { authorId, authorUsername, model, preprocessingVersion } = row;
  const contribution = contributionOf(row);
  return [
    versionField({ revision: model.revision, preprocessingVersion }),
    row.createdTimestampMs,
    row.eventTimestampMs,
    authorId ?? '',
    authorId === null ? '' : (authorUsername ?? ''),
    encodeContent(contribution),
    contribution.topics.join('\n'),
  ];
}

function isCounts(reply: unknown, length: number): reply is number[] {
  return (
    Array.isArray(reply) &&
    reply.length === length &&
    reply.every((count) => typeof count === 'number')
  );
}
