import type { Redis } from 'ioredis';
import type { TweetListing } from '../../application/ports/feature-store.ts';
import { isId } from '../../contract/forms.ts';
import { KeyScan } from './key-scan.ts';
import type { RedisKeys } from './keys.ts';

/** Keys that one page scans; keys other than indexes are skipped. */
const KEYS_PER_STEP = 1_000;

/** Lists tweets by their indexes, page by page. */
export class TweetLister {
  readonly #keys: RedisKeys;
  readonly #scan: KeyScan;

  constructor(client: Redis, keys: RedisKeys) {
    this.#keys = keys;
    this.#scan = new KeyScan({ client, pattern: keys.pattern('i:*'), keysPerPage: KEYS_PER_STEP });
  }

  async page(cursor: string): Promise<TweetListing> {
    const { keys, nextCursor } = await this.#scan.page(cursor);
    const ids = keys.map((key) => this.#keys.nameOf(key).slice('i:'.length));
    return { tweetIds: ids.filter(isId), nextCursor };
  }
}
