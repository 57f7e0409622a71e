import { OutageLog } from '../application/outage-log.ts';
import type { Logger } from '../application/ports/logger.ts';
import type { Metrics } from '../application/ports/metrics.ts';
import type { PredictionLog } from '../application/ports/prediction-log.ts';
import { waitAtMost } from '../application/wait-at-most.ts';
import { FeatureStoreUnavailableError } from '../domain/errors.ts';
import type { FeatureRow } from '../domain/feature-row.ts';
import type { TweetId } from '../domain/tweet.ts';
import { LineQueue } from './line-queue.ts';
import { predictionLine, type RecordLine, tombstoneLine } from './record.ts';
import { PartialWriteError, type RecordSink } from './record-sink.ts';

export interface BufferedPredictionLogOptions {
  readonly sink: RecordSink;
  readonly metrics: Metrics;
  readonly logger: Logger;
  /** Bytes that may wait; 8 MiB by default, about 20,000 usual records. */
  readonly maxWaitingBytes?: number;
}

const MAX_WAITING_BYTES = 8_388_608;

/** Time in which predictions gather for one write, and the loss if the process is killed. */
const GATHER_MS = 200;

const FIRST_BACKOFF_MS = 200;
const MAX_BACKOFF_MS = 10_000;

/** Longest backoff during a flush. */
const FLUSH_BACKOFF_MS = 500;

/** Time after which a write that has not ended is logged, as of a disk that hangs. */
const LATE_WRITE_MS = 10_000;

/** Longest wait of a purge for its tombstone. */
const PURGE_WAIT_MS = 5_000;

const CLOSED = 'the prediction log is closed';

interface Waiter {
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/**
 * Writes records in the background, one write at a time, and retries each until it succeeds. The
 * queue is bounded: a slow sink delays no request, and further records are dropped and counted.
 */
export class BufferedPredictionLog implements PredictionLog {
  readonly #sink: RecordSink;
  readonly #metrics: Metrics;
  readonly #logger: Logger;
  readonly #outages: OutageLog;
  readonly #queue: LineQueue;
  /** Purges that wait for their tombstone to be written. */
  readonly #waiters = new Map<RecordLine, Waiter>();
  #writing: readonly RecordLine[] = [];
  #running: Promise<void> | undefined;
  #failures = 0;
  #flushes = 0;
  #closed = false;
  /** Ends the current pause; during the backoff after a failure only a flush calls it. */
  #hurry: () => void = () => undefined;

  constructor(options: BufferedPredictionLogOptions) {
    this.#sink = options.sink;
    this.#metrics = options.metrics;
    this.#logger = options.logger;
    this.#queue = new LineQueue(options.maxWaitingBytes ?? MAX_WAITING_BYTES);
    this.#outages = new OutageLog({
      logger: options.logger,
      failed: 'the prediction log cannot be written; records wait, and are dropped if too many',
      recovered: 'the prediction log can be written again',
    });
  }

  append(rows: readonly FeatureRow[]): void {
    for (const row of rows) this.#add(predictionLine(row));
  }

  async recordPurges(tweetIds: readonly TweetId[]): Promise<void> {
    const nowMs = Date.now();
    await Promise.all(tweetIds.map((id) => this.#written(tombstoneLine(id, nowMs))));
  }

  async flush(): Promise<void> {
    this.#flushes++;
    this.#hurry();
    while (this.#running) await this.#running;
    this.#flushes--;
  }

  close(): void {
    this.#closed = true;
    const lost = [...this.#writing, ...this.#queue.take(Infinity, Infinity)];
    this.#drop(lost, CLOSED);
    if (lost.length > 0) {
      this.#logger.error(
        { records: lost.length },
        'records that waited for the prediction log are lost',
      );
    }
    this.#hurry();
  }

  #add(line: RecordLine): void {
    if (this.#closed) {
      this.#drop([line], CLOSED);
      return;
    }
    this.#drop(this.#queue.push(line), 'the queue is full');
    if (!this.#queue.isEmpty) this.#running ??= this.#run();
    if (this.#failures === 0 && this.#isUrgent()) this.#hurry();
  }

  /** Adds a tombstone and waits until it is written. */
  async #written(line: RecordLine): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#waiters.set(line, { resolve, reject });
    try {
      this.#add(line);
      await waitAtMost(promise, {
        ms: PURGE_WAIT_MS,
        onLate: () => notRecorded(`not written within ${PURGE_WAIT_MS} ms`),
      });
    } finally {
      this.#waiters.delete(line);
    }
  }

  async #run(): Promise<void> {
    do {
      await this.#pause(this.#pauseMs());
      if (!this.#queue.isEmpty) await this.#write();
    } while (!this.#queue.isEmpty);
    this.#running = undefined;
  }

  async #write(): Promise<void> {
    const lines = this.#queue.take(this.#sink.maxLines, this.#sink.maxBytes);
    this.#writing = lines;
    let refused: readonly RecordLine[] = [];
    const lateness = setInterval(
      () => this.#outages.failed(`a write has not ended after ${LATE_WRITE_MS / 1_000} s`),
      LATE_WRITE_MS,
    );
    try {
      await this.#sink.write(lines);
      this.#failures = 0;
      this.#outages.recovered();
    } catch (error) {
      refused = error instanceof PartialWriteError ? error.refused : lines;
      // A sink that takes some is throttling, not down.
      this.#failures = refused.length < lines.length ? 1 : this.#failures + 1;
      this.#metrics.record('PredictionLogErrors', 1);
      this.#outages.failed(error instanceof Error ? error.message : String(error));
    } finally {
      clearInterval(lateness);
    }
    this.#writing = [];
    // close() has counted these lines as lost.
    if (this.#closed) return;
    this.#queue.putBack(refused);
    const left = new Set(refused);
    const written = lines.filter((line) => !left.has(line));
    this.#metrics.record('PredictionLogRecords', written.length);
    for (const line of written) this.#waiters.get(line)?.resolve();
  }

  #pauseMs(): number {
    if (this.#failures === 0) return this.#isUrgent() ? 0 : GATHER_MS;
    const longestMs = this.#flushes > 0 ? FLUSH_BACKOFF_MS : MAX_BACKOFF_MS;
    return Math.min(longestMs, FIRST_BACKOFF_MS * 2 ** (this.#failures - 1));
  }

  #isUrgent(): boolean {
    const { maxLines, maxBytes } = this.#sink;
    const queue = this.#queue;
    return this.#flushes > 0 || queue.hasTombstone || queue.fills(maxLines, maxBytes);
  }

  async #pause(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, ms);
    this.#hurry = resolve;
    await promise;
    clearTimeout(timer);
    this.#hurry = () => undefined;
  }

  #drop(lines: readonly RecordLine[], reason: string): void {
    for (const line of lines) {
      this.#metrics.record('PredictionLogDroppedRecords', 1, line.recordType);
      this.#waiters.get(line)?.reject(notRecorded(reason));
    }
  }
}

function notRecorded(reason: string): FeatureStoreUnavailableError {
  return new FeatureStoreUnavailableError(
    'The purge could not be recorded in the prediction log; send the request again.',
    { cause: new Error(reason) },
  );
}
