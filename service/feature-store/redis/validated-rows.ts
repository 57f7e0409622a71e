import { LRUCache } from 'lru-cache';
import type { FeatureRow } from '../../domain/feature-row.ts';
import { rowBytes } from '../../domain/row-size.ts';
import type { ModelIdentity } from '../../domain/sentiment.ts';
import type { TweetId } from '../../domain/tweet.ts';
import { decodeRow } from './row-codec.ts';

/** A row with a copy of the value it was decoded from. */
interface ValidatedRow {
  readonly value: Uint8Array;
  readonly row: FeatureRow;
}

const MAX_BYTES = 16 * 2 ** 20;

/** Overhead of an entry: its place in the map, and the header of the copy. */
const ENTRY_BYTES = 300;

/**
 * Rows whose values have been decoded and validated. A value that Redis answers again byte by byte
 * is not decoded again. It never replaces a read: a row is returned only for the value that Redis
 * has just answered, so that it cannot be stale.
 */
export class ValidatedRows {
  readonly #identity: ModelIdentity;
  readonly #rows: LRUCache<TweetId, ValidatedRow>;

  /** @param maxBytes bound for the rows and values; the least recently used go first */
  constructor(identity: ModelIdentity, maxBytes: number = MAX_BYTES) {
    this.#identity = identity;
    this.#rows = new LRUCache({
      maxSize: maxBytes,
      sizeCalculation: ({ value, row }) => ENTRY_BYTES + value.length + rowBytes(row),
    });
  }

  /** As `decodeRow`; null for a tweet that is not stored, whose memory is released. */
  decode(id: TweetId, value: Buffer | null): ReturnType<typeof decodeRow> | null {
    if (value === null) {
      this.forget(id);
      return null;
    }
    const validated = this.#rows.get(id);
    if (validated && value.equals(validated.value)) return validated.row;
    const row = decodeRow(value, id, this.#identity);
    // A copy: the value is part of a larger buffer of the connection.
    if (typeof row === 'object') this.#rows.set(id, { value: new Uint8Array(value), row });
    return row;
  }

  forget(id: TweetId): void {
    this.#rows.delete(id);
  }

  forgetAll(): void {
    this.#rows.clear();
  }
}
