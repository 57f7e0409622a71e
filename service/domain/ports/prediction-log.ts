import type { FeatureRow } from '../feature-row.ts';
import type { RecordLine } from '../prediction-record.ts';
import type { TweetId } from '../tweet.ts';

/** The offline store's intake: every scored tweet and every purge, at least once. */
export interface PredictionLog {
  /** Takes rows without waiting and without failing; those it cannot keep are counted. */
  append(rows: readonly FeatureRow[]): void;

  /**
   * Records that tweets were purged, so that no export and no training set holds them. Resolves
   * when that is written.
   *
   * @throws FeatureStoreUnavailableError when it is not written in time; to be asked again.
   */
  recordPurges(tweetIds: readonly TweetId[]): Promise<void>;

  /** Resolves when nothing waits any more; tries as long as it takes. */
  flush(): Promise<void>;

  /** Gives up what still waits, counted. */
  close(): void;
}

/** For a service that keeps no log. */
export const NO_PREDICTION_LOG: PredictionLog = {
  append: () => undefined,
  recordPurges: async () => undefined,
  flush: async () => undefined,
  close: () => undefined,
};

/** Where the lines of a prediction log go. */
export interface RecordSink {
  /** What one write may hold. */
  readonly maxLines: number;
  readonly maxBytes: number;

  /**
   * Writes lines, in any order. Called again only after it has ended.
   *
   * @throws PartialWriteError when some lines were written; any other error when none is known
   *   to be. What was not written is given to it again.
   */
  write(lines: readonly RecordLine[]): Promise<void>;
}

/** A sink took some of the lines it was given. */
export class PartialWriteError extends Error {
  override readonly name = 'PartialWriteError';
  readonly refused: readonly RecordLine[];

  constructor(message: string, refused: readonly RecordLine[], cause?: unknown) {
    super(message, { cause });
    this.refused = refused;
  }
}
