import type { PREDICTION_RECORD, PredictionColumn } from '../contract/offline.ts';
import type { FeatureRow } from '../domain/feature-row.ts';
import type { TweetId } from '../domain/tweet.ts';

interface ColumnValues {
  readonly string: string;
  readonly 'array<string>': readonly string[];
  readonly bigint: number;
  readonly int: number;
  readonly double: number;
  readonly boolean: boolean;
}

/** A record of the contract, as JSON. */
export type PredictionRecord = {
  readonly [C in PredictionColumn]: ColumnValues[(typeof PREDICTION_RECORD)[C]['type']] | null;
};

/** A record as one line of JSON with its line break. */
export interface RecordLine {
  readonly recordType: 'prediction' | 'tombstone';
  /** Time whose day names the file; milliseconds since the epoch. */
  readonly createdTimestampMs: number;
  readonly text: string;
  /** Length in UTF-8. */
  readonly bytes: number;
}

/** The record of a scored tweet, without its text and its author's name. */
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
    language: row.language,
    language_supported: row.languageSupported,
  };
  return lineOf('prediction', row.createdTimestampMs, record);
}

/** The record of a purge; omitted columns read as null. */
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
