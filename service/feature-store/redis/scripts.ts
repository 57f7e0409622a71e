import { readFileSync } from 'node:fs';
import type { Redis, Result } from 'ioredis';

/** Parts of a Lua script by file name, in order: Redis has no `require`, so they are joined. */
interface Script {
  readonly numberOfKeys: number;
  readonly files: readonly string[];
}

const ENTITIES = ['store', 'entities'];
const CONTRIBUTIONS = [...ENTITIES, 'contributions'];
const ADDITIONS = [...CONTRIBUTIONS, 'usernames', 'additions'];
const DIFFERENCES = [...ADDITIONS, 'differences'];
const PURGE = [...CONTRIBUTIONS, 'purge'];

/**
 * Lua scripts of the store, each one atomic step. docs/feature-store-format.md explains the
 * keys. Keys that a script reads from other values are not passed as KEYS; Redis allows this with
 * cluster mode off.
 */
export const SCRIPTS = {
  putRow: { numberOfKeys: 3, files: [...ADDITIONS, 'put-row'] },
  purgeTweet: { numberOfKeys: 0, files: [...PURGE, 'purge-tweet'] },
  purgeEntity: { numberOfKeys: 0, files: [...PURGE, 'purge-entity'] },
  rebuildTweet: { numberOfKeys: 0, files: [...DIFFERENCES, 'rebuild-tweet'] },
  rebuildEntity: { numberOfKeys: 0, files: [...DIFFERENCES, 'rebuild-entity'] },
  mostActive: { numberOfKeys: 0, files: [...ENTITIES, 'most-active'] },
  ownerOf: { numberOfKeys: 0, files: [...ENTITIES, 'usernames', 'owner-of'] },
  dropRow: { numberOfKeys: 1, files: ['drop-row'] },
} as const satisfies Record<string, Script>;

declare module 'ioredis' {
  interface RedisCommander<Context> {
    putRow(
      row: string,
      index: string,
      tombstone: string,
      prefix: string,
      aggregateSeconds: number,
      coverSeconds: number,
      indexSeconds: number,
      maxTopics: number,
      value: string,
      rowSeconds: number,
      version: string,
      scoredAtMs: number,
      eventMs: number,
      author: string,
      username: string,
      content: string,
      topics: string,
    ): Result<unknown, Context>;
    purgeTweet(
      prefix: string,
      tweet: string,
      currentVersion: string,
      tombstoneSeconds: number,
    ): Result<unknown, Context>;
    purgeEntity(
      prefix: string,
      entity: string,
      currentVersion: string,
      tombstoneSeconds: number,
      scoredUpToMs: number,
      nextTweets: number,
      ...tweets: string[]
    ): Result<unknown, Context>;
    rebuildTweet(
      prefix: string,
      tweet: string,
      mends: 0 | 1,
      aggregateSeconds: number,
      coverSeconds: number,
      maxTopics: number,
      ...row: (string | number)[]
    ): Result<unknown, Context>;
    rebuildEntity(
      prefix: string,
      entity: string,
      mends: 0 | 1,
      maxTweets: number,
      tweetsOfCall: number,
      scoreUnits: number,
    ): Result<unknown, Context>;
    mostActive(
      prefix: string,
      kind: 'u' | 'g',
      entities: number,
      buckets: number,
    ): Result<unknown, Context>;
    ownerOf(prefix: string, username: string): Result<unknown, Context>;
    dropRow(row: string, value: Buffer): Result<unknown, Context>;
  }
}

/** Makes the scripts commands of a client: EVAL first on each connection, then EVALSHA. */
export function defineScripts(client: Redis): void {
  for (const [name, { numberOfKeys, files }] of Object.entries(SCRIPTS)) {
    client.defineCommand(name, { numberOfKeys, lua: files.map(readLua).join('\n') });
  }
}

/**
 * Reads a file of the folder `lua` beside this module, which `npm run build` copies to dist/lua.
 * Read rather than imported, because Node cannot import text, and benchmarks and tests run these
 * sources without a bundler.
 */
export function readLua(name: string): string {
  return readFileSync(new URL(`./lua/${name}.lua`, import.meta.url), 'utf8');
}
