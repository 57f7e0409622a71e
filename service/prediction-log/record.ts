import type { PREDICTION_RECORD, PredictionColumn } from '../contract/offline.ts';
import type { FeatureRow } from '../domain/feature-row.ts';
import type { TweetId } from '../domain/tweet.ts';

interface ColumnValues {
  readonly string: string;
  readonly 'array<string>': readonly string[];
  readonly bigint: number;
  readonly int: number;
  readonly double: number;
}

/** A record of the contract as JSON holds it. */
export type PredictionRecord = {
  readonly [C in PredictionColumn]: ColumnValues[(typeof PREDICTION_RECORD)[C]['type']] | null;
};

/** A record as it is written: one line of JSON, its line break included. */
export interface RecordLine {
  readonly recordType: 'prediction' | 'tombstone';
  /** The day by which it is filed; milliseconds since the epoch. */
  readonly createdTimestampMs: number;
  readonly text: string;
  /** Length in UTF-8. */
  readonly bytes: number;
}

/** What is kept of a scored tweet: neither its text nor its author's name. */
export function predictionLine(row: FeatureRow): RecordLine {
  const record: PredictionRecord = {
    record_type: 'prediction',
    tweet_id: row.tweetId,
    author_id: row.authorId,
    topics: row.topics,
    event_timestamp: row.eventTimestampMs,
    created_timestamp: row.createdTimestampMs,
    model_name: row.model.name,
    model_revision: row.model.revision,
    preprocessing_version: row.preprocessingVersion,
    label: row.label,
    score_negative: row.scores.negative,
    score_neutral: row.scores.neutral,
    score_positive: row.scores.positive,
  };
  return lineOf('prediction', row.createdTimestampMs, record);
}

/** Says that a tweet was purged; the columns left out read as null. */
export function tombstoneLine(tweetId: TweetId, purgedAtMs: number): RecordLine {
  const record: Partial<PredictionRecord> = {
    record_type: 'tombstone',
    tweet_id: tweetId,
    created_timestamp: purgedAtMs,
  };
  return lineOf('tombstone', purgedAtMs, record);
}

function lineOf(
  recordType: RecordLine['recordType'],
  createdTimestampMs: number,
  record: Partial<PredictionRecord>,
): RecordLine {
  const text = `${JSON.stringify(record)}\n`;
  return { recordType, createdTimestampMs, text, bytes: Buffer.byteLength(text) };
}
