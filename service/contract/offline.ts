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

/** Columns of a label file, which the query joins. */
export const LABEL_COLUMNS = {
  entity: { type: 'string', description: 'Id of a tweet, or of a user' },
  event_timestamp: { type: 'bigint', description: 'When the label was known, ms since 1970' },
  label: { type: 'string', description: 'Label to learn' },
} as const satisfies Record<string, Column>;

/** Kinds of label entities, and the column of a record that holds their ids. */
export const LABEL_ENTITIES = { tweet: 'tweet_id', user: 'author_id' } as const satisfies Record<
  string,
  PredictionColumn
>;

export type LabelEntity = keyof typeof LABEL_ENTITIES;

/**
 * Rows that may join a label: with `created`, tweets made and scored by the label's time; with
 * `event`, tweets made by then, scored at any time (for backfills).
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

/** Table of bulk results, and its columns that the query reads. */
export const BULK_TABLE = 'bulk_predictions';
export const BULK_COLUMNS = [
  'id',
  'record',
  'label',
  'score_negative',
  'score_neutral',
  'score_positive',
  'language',
  'language_supported',
  'scored_at',
  'model_name',
  'model_revision',
] as const;

/** Bulk results that count: all, or those of one model, which Athena's partitions require. */
export type BulkResults = 'all' | { readonly modelName: string; readonly modelRevision: string };

/** Bits of a snowflake id below its time: worker and sequence number. */
export const SNOWFLAKE_BITS = 22;

/** 2010-11-04T01:42:54.657Z, the origin of the milliseconds in X's ids. */
export const SNOWFLAKE_EPOCH_MS = 1_288_834_974_657;

const SNOWFLAKE_STEP = 2 ** SNOWFLAKE_BITS;

/**
 * Values of a bulk result for the columns of a prediction. Its tweet was made at the time in its id;
 * the author is known where the scored record names one.
 */
const OF_BULK: Readonly<Partial<Record<PredictionColumn, string>>> = {
  tweet_id: 'id',
  author_id: `coalesce(json_extract_scalar(record, '$.author_id'),
      json_extract_scalar(record, '$.user.id_str'))`,
  topics: 'NULL',
  event_timestamp: `CAST((number - number % ${SNOWFLAKE_STEP}) / ${SNOWFLAKE_STEP} AS BIGINT) + ${SNOWFLAKE_EPOCH_MS}`,
  created_timestamp: "date_diff('millisecond', TIMESTAMP '1970-01-01 00:00:00', scored_at)",
  preprocessing_version: 'NULL',
};

/**
 * Sources tell the creation of a tweet in whole seconds, or by its id in milliseconds. One time for all
 * records of a tweet, so that its newest score wins.
 */
const KEPT: Readonly<Partial<Record<PredictionColumn, string>>> = {
  event_timestamp:
    'min(prediction.event_timestamp) OVER (PARTITION BY prediction.tweet_id) AS event_timestamp',
};

/** Predictions and bulk results. Bulk results without the id of a tweet are left out. */
function scoredSql(bulk: BulkResults): string {
  const literal = (text: string) => `'${text.replaceAll("'", "''")}'`;
  const ofModel =
    bulk === 'all'
      ? ''
      : `
    WHERE model_name = ${literal(bulk.modelName)} AND model_revision = ${literal(bulk.modelRevision)}`;
  return `scored AS (
  SELECT record_type, ${FEATURES.join(', ')}
  FROM predictions
  UNION ALL
  SELECT 'prediction' AS record_type,
    ${FEATURES.map((name) => `${OF_BULK[name] ?? name} AS ${name}`).join(',\n    ')}
  FROM (
    SELECT *, TRY_CAST(id AS BIGINT) AS number FROM ${BULK_TABLE}${ofModel}
  ) bulk
  WHERE number > 0 AND CAST(number AS VARCHAR) = id
),
`;
}

/**
 * SQL, the same for DuckDB and Athena, that reads the tables `labels`, `predictions` and, where asked
 * for, `bulk_predictions`. Of the rows a label may see, the newest event wins, then the newest score; a
 * label that sees none stays, with nulls. Purged tweets are left out, also when they were scored again.
 *
 * DuckDB needs a macro `json_extract_scalar` for bulk results.
 */
export function trainingSetSql(
  entity: LabelEntity,
  asOf: AsOf = 'created',
  bulk?: BulkResults,
): string {
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
${bulk ? scoredSql(bulk) : ''}kept AS (
  SELECT ${FEATURES.map((name) => KEPT[name] ?? `prediction.${name}`).join(', ')}
  FROM ${bulk ? 'scored' : 'predictions'} prediction
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
