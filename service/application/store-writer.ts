import { FeatureStoreUnavailableError } from '../domain/errors.ts';
import type { FeatureRow } from '../domain/feature-row.ts';
import { rowBytes } from '../domain/row-size.ts';
import type { TweetId } from '../domain/tweet.ts';
import { failed } from './failed-outcome.ts';
import { MAX_PENDING_BYTES, type PendingWrites } from './pending-writes.ts';
import type { FeatureStore, FeatureWrite, WriteResult } from './ports/feature-store.ts';
import type { Logger } from './ports/logger.ts';
import type { PredictionLog } from './ports/prediction-log.ts';
import type { Purge } from './purge.ts';
import { RecentPurges } from './recent-purges.ts';
import { recentlyPurged, type TweetOutcome } from './tweet-outcome.ts';
import { WriteRetry } from './write-retry.ts';

export interface StoreWriterOptions {
  readonly store: FeatureStore;
  readonly predictionLog: PredictionLog;
  readonly purge: Purge;
  readonly logger: Logger;
  /** Rows that the store has not accepted; they are written as soon as it does. */
  readonly pendingWrites: PendingWrites;
  /** Rows that may be on their way to the store; further rows are pending. */
  readonly maxRows: number;
}

/**
 * Writes rows to the feature store and to the prediction log. The log gets every row whose score
 * is answered, except rows that the store rejects after a purge.
 */
export class StoreWriter {
  readonly #options: StoreWriterOptions;
  readonly #running = new Set<Promise<void>>();
  readonly #retry: WriteRetry;
  readonly #recentPurges = new RecentPurges();
  /** Of the rows on their way. */
  #rows = 0;
  #bytes = 0;

  constructor(options: StoreWriterOptions) {
    this.#options = options;
    const { pendingWrites, logger } = options;
    this.#retry = new WriteRetry({
      pendingWrites,
      logger,
      put: (writes) => this.#putAgain(writes),
    });
  }

  /**
   * Writes rows in the background, after the responses that wait for them have been sent, and
   * again after a failure. The store counts a failed write.
   */
  write(writes: readonly FeatureWrite[]): void {
    if (writes.length > 0) this.#track(this.#writeLater(writes));
  }

  /**
   * Writes rows before it returns.
   *
   * @returns outcomes of the tweets that are not stored: purged recently, or rejected
   * @throws FeatureStoreUnavailableError; then no row is logged
   */
  async writeNow(writes: readonly FeatureWrite[]): Promise<ReadonlyMap<TweetId, TweetOutcome>> {
    const { predictionLog } = this.#options;
    const results = await this.#put(writes);
    predictionLog.append(rowsWith(writes, (index) => results[index] === true));
    return new Map(
      writes.flatMap(({ row: { tweetId } }, index) => {
        const result = results[index] ?? false;
        if (result === true) return [];
        return [[tweetId, result === false ? recentlyPurged(tweetId) : failed(result)]];
      }),
    );
  }

  /**
   * Purges a tweet in the background, once an hour. Purges are never dropped: the requests under way
   * bound their number. A failed purge is logged with its id, so that it can be repeated.
   */
  purge(tweetId: TweetId): void {
    if (this.#recentPurges.has(tweetId)) return;
    this.#recentPurges.add(tweetId);
    const { purge, logger } = this.#options;
    const purged = purge.tweet(tweetId).catch((err: unknown) => {
      this.#recentPurges.delete(tweetId);
      logger.warn({ tweetId, err }, 'unavailable tweet not purged');
    });
    this.#track(purged);
  }

  /** Resolves when all work handed over so far has ended, successfully or not. */
  async flush(): Promise<void> {
    await Promise.all(this.#running);
  }

  /**
   * Waits for all work and tries to write pending rows, at least once and until `withinMs` has
   * passed. Drops and counts the remaining rows.
   */
  async close(withinMs = 0): Promise<void> {
    await this.flush();
    await this.#retry.close(withinMs);
  }

  async #writeLater(writes: readonly FeatureWrite[]): Promise<void> {
    const { predictionLog, logger, maxRows } = this.#options;
    const rows = writes.map(({ row }) => row);
    const bytes = rows.reduce((sum, row) => sum + rowBytes(row), 0);
    // A batch that is alone on its way fits, whatever its size.
    const isAlone = this.#rows === 0;
    const fits =
      isAlone || (this.#rows + rows.length <= maxRows && this.#bytes + bytes <= MAX_PENDING_BYTES);
    if (fits) this.#count(rows.length, bytes);
    await afterPendingPromises();
    if (!fits) {
      this.#retry.add(writes);
      predictionLog.append(rows);
      return;
    }
    try {
      const results = await this.#put(writes);
      predictionLog.append(rowsWith(writes, (index) => results[index] !== false));
    } catch (err) {
      if (err instanceof FeatureStoreUnavailableError) this.#retry.add(writes);
      predictionLog.append(rows);
      logger.debug({ rows: rows.length, err }, 'feature rows not written');
    } finally {
      this.#count(-rows.length, -bytes);
    }
  }

  #count(rows: number, bytes: number): void {
    this.#rows += rows;
    this.#bytes += bytes;
  }

  /** Logs rejected rows once for each call. */
  async #put(writes: readonly FeatureWrite[]): Promise<WriteResult[]> {
    const { store, logger } = this.#options;
    const results = await store.putTweets(writes);
    const errors = results.filter((result) => typeof result !== 'boolean');
    const [err] = errors;
    if (err) logger.warn({ rows: errors.length, err }, 'feature rows rejected by the store');
    return results;
  }

  /**
   * Writes rows that the prediction log has already. Those that another process has purged since get
   * their tombstone there, in the background: the log repeats its writes, and a log that is down holds
   * up no other row.
   */
  async #putAgain(writes: readonly FeatureWrite[]): Promise<void> {
    const { predictionLog, logger } = this.#options;
    const results = await this.#put(writes);
    const refused = rowsWith(writes, (index) => results[index] === false);
    if (refused.length === 0) return;
    const tweetIds = refused.map(({ tweetId }) => tweetId);
    predictionLog.recordPurges(tweetIds).catch((err: unknown) => {
      logger.warn({ tweetIds, err }, 'purges of pending rows may be missing in the prediction log');
    });
  }

  #track(work: Promise<unknown>): void {
    const running = work.then(() => {
      this.#running.delete(running);
    });
    this.#running.add(running);
  }
}

function rowsWith(
  writes: readonly FeatureWrite[],
  isWanted: (index: number) => boolean,
): FeatureRow[] {
  return writes.flatMap(({ row }, index) => (isWanted(index) ? [row] : []));
}

/**
 * Resolves once all pending promises have settled, through which responses are sent. Earlier than
 * `setImmediate`: the next request must reach the store after the write, or would compute the same
 * tweet again.
 */
function afterPendingPromises(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve));
}
