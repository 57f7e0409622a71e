import type { Cluster, Redis } from 'ioredis';
import type { FeatureRow } from '../../service/domain/feature-row.ts';
import { encodeRow } from '../../service/feature-store/redis/row-codec.ts';

const ROW_SECONDS = 60 * 86_400;
const INDEX_SECONDS = 500 * 86_400;

/**
 * The row path of putRow without the aggregates: the keys of one tweet, and nothing else. The
 * contribution stays in the index, for the consumer that adds up.
 */
const PUT_ROW = `
local row, index, tombstone = KEYS[1], KEYS[2], KEYS[3]
local version, scored_at = ARGV[3], tonumber(ARGV[4])
if redis.call('EXISTS', tombstone) == 1 then return 0 end
local held = redis.call('HGET', index, 'r:' .. version)
if held and tonumber(held) > scored_at and redis.call('EXISTS', row) == 1 then return 1 end
redis.call('HSET', index, 'r:' .. version, ARGV[4], 's', ARGV[4], 'c', ARGV[5], 'a', ARGV[6], 'g', ARGV[7])
redis.call('EXPIRE', index, ${INDEX_SECONDS})
redis.call('SET', row, ARGV[1], 'EX', ARGV[2])
return 1
`;

interface PutRow {
  putRowAlone(...keysAndArguments: readonly (string | number)[]): Promise<unknown>;
}

/** Writes and reads rows on one server or on a cluster. */
export class RowPath {
  readonly #client: Redis | Cluster;
  readonly #isCluster: boolean;

  constructor(client: Redis | Cluster, isCluster: boolean) {
    this.#client = client;
    this.#isCluster = isCluster;
    client.defineCommand('putRowAlone', { numberOfKeys: 3, lua: PUT_ROW });
  }

  /** Sent in one go; a cluster gets one pipeline for each primary. */
  async put(rows: readonly FeatureRow[]): Promise<void> {
    const client = this.#client as unknown as PutRow;
    await Promise.all(
      rows.map((row) => {
        const { positive, neutral, negative } = row.scores;
        return client.putRowAlone(
          rowKey(row.tweetId),
          `tss:i:{${row.tweetId}}`,
          `tss:x:{${row.tweetId}}`,
          encodeRow(row),
          ROW_SECONDS,
          `${row.model.revision}:${row.preprocessingVersion}`,
          row.createdTimestampMs,
          `18946 3 ${negative} ${neutral} ${positive}`,
          row.authorId ?? '',
          row.topics.join('\n'),
        );
      }),
    );
  }

  /** One MGET on one server; keys of a cluster lie in different slots. */
  async get(ids: readonly string[]): Promise<void> {
    if (this.#isCluster) await Promise.all(ids.map((id) => this.#client.get(rowKey(id))));
    else await this.#client.mget(ids.map(rowKey));
  }
}

/** The braces are a hash tag: all keys of a tweet lie in the slot of its id. */
function rowKey(id: string): string {
  return `tss:t:{${id}}:0123456789ab:1`;
}
