import { createHash, randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { isUnknownScript } from './failures.ts';

export interface KeyScanOptions {
  /** Patient: a page may take longer than a read of rows. */
  readonly client: Redis;
  readonly pattern: string;
  /** Keys that one page visits; those that the pattern does not match are skipped. */
  readonly keysPerPage: number;
}

export interface KeyPage {
  readonly keys: readonly string[];
  /** Null after the last page. */
  readonly nextCursor: string | null;
}

/**
 * SCAN whose cursors end with a mark of the server's process: `<cursor of SCAN>-<mark>`. A cursor is
 * a place in an order of the keys that each process draws at its start, so after a restart or a failover
 * it would skip keys silently. Then the scan starts over.
 *
 * A mark is the digest of a script. Since Redis 7 the cache of scripts ends with the process, and is not
 * replicated. A script is loaded once only, so that an old cursor stays unknown to a new process.
 */
export class KeyScan {
  readonly #options: KeyScanOptions;
  /** The mark that the server's process got last; null before the first page. */
  #mark: string | null = null;

  constructor(options: KeyScanOptions) {
    this.#options = options;
  }

  /**
   * A key that exists throughout is on at least one page.
   *
   * @param cursor `0`, or the `nextCursor` of the page before, of any process of the service
   */
  async page(cursor: string): Promise<KeyPage> {
    const [place = '0', mark] = cursor.split('-');
    const page = mark === undefined ? null : await this.#continued(place, mark);
    return page ?? (await this.#continued('0', this.#mark)) ?? this.#first();
  }

  /** Null if the server's process does not know the mark: another one gave the cursor. */
  async #continued(place: string, mark: string | null): Promise<KeyPage | null> {
    if (mark === null) return null;
    const marked = this.#options.client.pipeline().evalsha(mark, 0);
    const replies = await this.#both(marked, place);
    return isUnknownScript(replies[0]?.[0]) ? null : pageOf(replies, mark);
  }

  /** The first page of a server's process without a mark, which gets one. */
  async #first(): Promise<KeyPage> {
    const script = `return '${randomUUID()}'`;
    const mark = createHash('sha1').update(script).digest('hex');
    const marked = this.#options.client.pipeline().eval(script, 0);
    const page = pageOf(await this.#both(marked, '0'), mark);
    this.#mark = mark;
    return page;
  }

  /** In one pipeline, which one process answers. */
  async #both(pipeline: ReturnType<Redis['pipeline']>, place: string): Promise<readonly Reply[]> {
    const { pattern, keysPerPage } = this.#options;
    return (await pipeline.scan(place, 'MATCH', pattern, 'COUNT', keysPerPage).exec()) ?? [];
  }
}

type Reply = readonly [error: Error | null, reply: unknown];

/** @param replies to the check of the mark and to SCAN */
function pageOf(replies: readonly Reply[], mark: string): KeyPage {
  const [, [next, keys]] = replies.map(replyOf) as [unknown, [string, string[]]];
  return { keys, nextCursor: next === '0' ? null : `${next}-${mark}` };
}

function replyOf([error, reply]: Reply): unknown {
  if (error) throw error;
  return reply;
}
