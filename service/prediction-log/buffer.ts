import type { Logger } from '../application/ports/logger.ts';
import type { Metrics } from '../application/ports/metrics.ts';
import type { PredictionLog } from '../application/ports/prediction-log.ts';
import { FeatureStoreUnavailableError } from '../domain/errors.ts';
import type { FeatureRow } from '../domain/feature-row.ts';
import type { TweetId } from '../domain/tweet.ts';
import { OutageLog } from '../telemetry/outage-log.ts';
import { LineQueue } from './line-queue.ts';
import { predictionLine, type RecordLine, tombstoneLine } from './record.ts';
import { PartialWriteError, type RecordSink } from './record-sink.ts';

export interface BufferedPredictionLogOptions {
  readonly sink: RecordSink;
  readonly metrics: Metrics;
  readonly logger: Logger;
  /** Bytes that may wait; 8 MiB by default, some 20,000 usual records. */
  readonly maxWaitingBytes?: number;
}

const MAX_WAITING_BYTES = 8_388_608;

/** Time in which predictions gather for one write; as much is lost when the process is killed. */
const GATHER_MS = 200;

const FIRST_BACKOFF_MS = 200;
const MAX_BACKOFF_MS = 10_000;

/** While the process waits for the log to be written it tries at least as often. */
const FLUSH_BACKOFF_MS = 500;

/** Longest time a purge waits for its record to be written. */
const PURGE_PATIENCE_MS = 5_000;

interface Waiter {
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/**
 * Writes records in the background, one write at a time, each tried again until it succeeds.
 * What waits is bounded and the rest is dropped and counted, so that nobody waits for a slow sink.
 */
export class BufferedPredictionLog implements PredictionLog {
  readonly #sink: RecordSink;
  readonly #metrics: Metrics;
  readonly #outages: OutageLog;
  readonly #queue: LineQueue;
  /** Purges that wait for their tombstone to be written. */
  readonly #waiters = new Map<RecordLine, Waiter>();
  #writing: readonly RecordLine[] = [];
  #running: Promise<void> | undefined;
  #failures = 0;
  #flushes = 0;
  #closed = false;
  /** Ends the pause under way; before a failure's backoff has passed only a flush does. */
  #hurry: () => void = () => undefined;

  constructor(options: BufferedPredictionLogOptions) {
    this.#sink = options.sink;
    this.#metrics = options.metrics;
    this.#queue = new LineQueue(options.maxWaitingBytes ?? MAX_WAITING_BYTES);
    this.#outages = new OutageLog({
      logger: options.logger,
      failed: 'the prediction log cannot be written; records wait, and are dropped when too many',
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
    this.#drop([...this.#writing, ...this.#queue.take(Infinity, Infinity)]);
    this.#hurry();
  }

  #add(line: RecordLine): void {
    if (this.#closed) {
      this.#drop([line]);
      return;
    }
    this.#drop(this.#queue.push(line));
    if (!this.#queue.isEmpty) this.#running ??= this.#run();
    if (this.#failures === 0 && this.#isUrgent()) this.#hurry();
  }

  /** Adds a tombstone and waits until it is written. */
  async #written(line: RecordLine): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const late = setTimeout(
      () => reject(notRecorded(`not written within ${PURGE_PATIENCE_MS} ms`)),
      PURGE_PATIENCE_MS,
    );
    this.#waiters.set(line, { resolve, reject });
    try {
      this.#add(line);
      await promise;
    } finally {
      clearTimeout(late);
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
    }
    this.#writing = [];
    // What close() gave up has been counted.
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

  #drop(lines: readonly RecordLine[]): void {
    for (const line of lines) {
      this.#metrics.record('PredictionLogDroppedRecords', 1, line.recordType);
      this.#waiters.get(line)?.reject(notRecorded('too much waits to be written'));
    }
  }
}

function notRecorded(reason: string): FeatureStoreUnavailableError {
  return new FeatureStoreUnavailableError(
    'The purge could not be recorded in the prediction log; send the request again.',
    { cause: new Error(reason) },
  );
}
