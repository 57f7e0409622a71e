import { FeatureStoreUnavailableError } from '../domain/errors.ts';
import type { PendingWrite, PendingWrites } from './pending-writes.ts';
import type { FeatureWrite } from './ports/feature-store.ts';
import type { Logger } from './ports/logger.ts';

/** Time between two attempts; an open circuit lets a probe through as often. */
const INTERVAL_MS = 1_000;

/** The same at the end of the process. */
const LAST_INTERVAL_MS = 250;

/** Rows of one attempt: few enough for the time-out of a busy store. */
const BATCH_ROWS = 50;

export interface WriteRetryOptions {
  readonly pendingWrites: PendingWrites;
  readonly put: (writes: readonly FeatureWrite[]) => Promise<unknown>;
  readonly logger: Logger;
}

/** Writes pending rows in the background until the feature store accepts them. */
export class WriteRetry {
  readonly #options: WriteRetryOptions;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();
  #isClosing = false;

  constructor(options: WriteRetryOptions) {
    this.#options = options;
  }

  add(writes: readonly FeatureWrite[]): void {
    this.#options.pendingWrites.add(writes);
    this.#schedule();
  }

  /** Tries once more, and again until `withinMs` has passed; then drops the remaining rows. */
  async close(withinMs: number): Promise<void> {
    const { pendingWrites, logger } = this.#options;
    const endMs = performance.now() + withinMs;
    this.#isClosing = true;
    clearTimeout(this.#timer);
    await this.#running;
    await this.#writeAll();
    while (pendingWrites.rows > 0 && performance.now() + LAST_INTERVAL_MS < endMs) {
      await new Promise((resolve) => setTimeout(resolve, LAST_INTERVAL_MS));
      await this.#writeAll();
    }
    const rows = pendingWrites.dropAll();
    if (rows > 0) logger.warn({ rows }, 'feature rows not written before the end');
  }

  #schedule(): void {
    // Two writers would send the same rows at once.
    if (this.#isClosing) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#running = this.#writeAll().then(() => {
        if (this.#options.pendingWrites.rows > 0) this.#schedule();
      });
    }, INTERVAL_MS).unref();
  }

  /** Writes all pending rows batch by batch, until the store is unavailable. */
  async #writeAll(): Promise<void> {
    const { pendingWrites, logger } = this.#options;
    let rows = 0;
    for (;;) {
      const batch = pendingWrites.oldest(BATCH_ROWS);
      if (batch.length === 0 || !(await this.#write(batch))) break;
      pendingWrites.remove(batch);
      rows += batch.length;
    }
    if (rows > 0) logger.info({ rows }, 'feature rows written that waited for the store');
  }

  /** Returns false if the rows are to be written later. */
  async #write(batch: readonly PendingWrite[]): Promise<boolean> {
    const { pendingWrites, put, logger } = this.#options;
    try {
      await put(batch.flatMap((pending) => pendingWrites.remainder(pending) ?? []));
    } catch (err) {
      if (err instanceof FeatureStoreUnavailableError) return false;
      logger.warn({ rows: batch.length, err }, 'feature rows not written');
    }
    return true;
  }
}
