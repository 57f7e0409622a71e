/**
 * The offline feature store: the prediction record and the query that joins it with labels, point
 * in time correct. The Glue table, the Parquet files and every tool are made from this, so it
 * imports nothing.
 */

/** Types that JSON, Parquet, Athena and DuckDB agree about. Times are milliseconds since 1970. */
export type ColumnType = 'string' | 'array<string>' | 'bigint' | 'int' | 'double' | 'boolean';

export interface Column {
  readonly type: ColumnType;
  readonly description: string;
}

/**
 * One line of the prediction log: a feature row without username and text. A tombstone says that a
 * tweet was purged: it carries record_type, tweet_id and created_timestamp, everything else null.
 */
export const PREDICTION_RECORD = {
  record_type: { type: 'string', description: 'prediction, or tombstone of a purged tweet' },
  tweet_id: { type: 'string', description: 'Id of the tweet' },
  author_id: { type: 'string', description: 'Id of its author; null where the source told none' },
  topics: { type: 'array<string>', description: 'Hashtags, cashtags and topics named at ingest' },
  event_timestamp: { type: 'bigint', description: 'When the tweet was made, ms since 1970' },
  created_timestamp: { type: 'bigint', description: 'When it was scored or purged, ms since 1970' },
  model_name: { type: 'string', description: 'Model that scored it' },
  model_revision: { type: 'string', description: 'Revision of that model' },
  preprocessing_version: { type: 'int', description: 'Version of the preprocessing' },
  label: { type: 'string', description: 'negative, neutral or positive' },
  score_negative: { type: 'double', description: 'Probability of negative' },
  score_neutral: { type: 'double', description: 'Probability of neutral' },
  score_positive: { type: 'double', description: 'Probability of positive' },
  language: { type: 'string', description: 'Language of the text (ISO 639); null if undetermined' },
  language_supported: {
    type: 'boolean',
    description: 'The model reads this language; null if the language or its languages are unknown',
  },
} as const satisfies Record<string, Column>;

export type PredictionColumn = keyof typeof PREDICTION_RECORD;

/** Folder level of the files: the UTC day of created_timestamp, yyyy-MM-dd. */
export const PARTITION_COLUMN = 'scored_date';

/** What a label file holds: the query's other side. */
export const LABEL_COLUMNS = {
  entity: { type: 'string', description: 'Id of a tweet, or of a user' },
  event_timestamp: { type: 'bigint', description: 'When the label was known, ms since 1970' },
  label: { type: 'string', description: 'What is to be learnt' },
} as const satisfies Record<string, Column>;

/** What a label's entity names, and the record's column that holds such ids. */
export const LABEL_ENTITIES = { tweet: 'tweet_id', user: 'author_id' } as const satisfies Record<
  string,
  PredictionColumn
>;

export type LabelEntity = keyof typeof LABEL_ENTITIES;

/**
 * Which rows a label may see: `created` those that had happened and had been scored by its time;
 * `event` those that had happened, whenever they were scored: for backfills.
 */
export type AsOf = 'created' | 'event';

const FEATURES = (Object.keys(PREDICTION_RECORD) as PredictionColumn[]).filter(
  (name) => name !== 'record_type',
);

/** The training set's columns: those of the label, then the record's, `feature_` before each. */
export const TRAINING_COLUMNS = [
  ...Object.keys(LABEL_COLUMNS),
  ...FEATURES.map((name) => `feature_${name}`),
];

/**
 * SQL, the same for DuckDB and Athena, that reads the tables `labels` and `predictions`. Of the
 * rows a label may see, the newest event wins, then the newest score; a label that sees none stays,
 * with nulls. Purged tweets are left out, also when they were scored again.
 */
export function trainingSetSql(entity: LabelEntity, asOf: AsOf = 'created'): string {
  const scoredByThen =
    asOf === 'created' ? '\n    AND prediction.created_timestamp <= label.event_timestamp' : '';
  return `WITH numbered_labels AS (
  SELECT entity, event_timestamp, label,
    row_number() OVER (ORDER BY entity, event_timestamp, label) AS label_number
  FROM labels
),
purged AS (
  SELECT DISTINCT tweet_id FROM predictions WHERE record_type = 'tombstone'
),
kept AS (
  SELECT ${FEATURES.map((name) => `prediction.${name}`).join(', ')}
  FROM predictions prediction
  LEFT JOIN purged ON purged.tweet_id = prediction.tweet_id
  WHERE prediction.record_type = 'prediction' AND purged.tweet_id IS NULL
),
candidates AS (
  SELECT label.entity, label.event_timestamp, label.label, label.label_number,
    ${FEATURES.map((name) => `prediction.${name} AS feature_${name}`).join(',\n    ')},
    row_number() OVER (
      PARTITION BY label.label_number
      ORDER BY prediction.event_timestamp DESC NULLS LAST,
        prediction.created_timestamp DESC NULLS LAST,
        prediction.tweet_id DESC, prediction.model_revision DESC,
        prediction.preprocessing_version DESC
    ) AS place
  FROM numbered_labels label
  LEFT JOIN kept prediction ON prediction.${LABEL_ENTITIES[entity]} = label.entity
    AND prediction.event_timestamp <= label.event_timestamp${scoredByThen}
)
SELECT ${TRAINING_COLUMNS.join(', ')}
FROM candidates
WHERE place = 1
ORDER BY label_number
`;
}
