/**
 * Concept drift: the share of right answers by the period in which they were given. The SQL is the
 * same for DuckDB and Athena, and reads the tables `labels` and `predictions`.
 */
import { LABELS } from './labels.ts';
import { trainingSetSql } from './offline.ts';

export const PERIODS = ['day', 'week', 'month'] as const;

/** UTC; a week begins on Monday. */
export type Period = (typeof PERIODS)[number];

/**
 * Bins of confidence. 15 as in C. Guo et al., On Calibration of Modern Neural Networks, ICML 2017;
 * more bins make the calibration error larger where there are few texts.
 */
export const CALIBRATION_BINS = 15;

/** Fate of a label: `judged`, or why it judges no prediction, in the order of the checks. */
export const LABEL_OUTCOMES = {
  contradicted: 'of tweets with different labels of one time',
  repeated: 'of tweets with a later label',
  purged: 'of purged tweets',
  unknown: 'of tweets that are not in the log',
  early: 'known before their tweets were scored',
  unscored: 'of predictions without scores',
  other_language: 'of tweets in languages that the model does not read',
  judged: 'judged',
} as const;

export type LabelOutcome = keyof typeof LABEL_OUTCOMES;

const MS_PER_DAY = 86_400_000;
const NAMES = LABELS.map((label) => `'${label}'`).join(', ');

/** Probability of the label given; null without a known label or its score. */
const CONFIDENCE = `CASE feature_label ${LABELS.map(
  (label) => `WHEN '${label}' THEN feature_score_${label}`,
).join(' ')} END`;

/**
 * SQL of a row for each label that names a sentiment, with the prediction that a training set would
 * give it: the newest that was known at the label's time. So a label judges an answer that callers got,
 * and never a model that was trained on the label. Of several labels of a tweet the latest counts, and
 * none if different ones are the latest. `period_start` is the first day of the period in which the
 * prediction was made.
 */
export function judgedLabelsSql(period: Period): string {
  return `WITH training_set AS (
${trainingSetSql('tweet')}),
sentiments AS (
  SELECT training_set.*, lower(trim(label)) AS truth
  FROM training_set
  WHERE lower(trim(label)) IN (${NAMES})
),
numbered AS (
  SELECT sentiments.*,
    row_number() OVER (PARTITION BY entity ORDER BY event_timestamp DESC) AS place,
    event_timestamp = max(event_timestamp) OVER (PARTITION BY entity)
      AND min(truth) OVER (PARTITION BY entity, event_timestamp)
        <> max(truth) OVER (PARTITION BY entity, event_timestamp) AS is_contradicted
  FROM sentiments
),
purged_tweets AS (
  SELECT DISTINCT tweet_id FROM predictions WHERE record_type = 'tombstone'
),
scored_tweets AS (
  SELECT DISTINCT tweet_id FROM predictions WHERE record_type = 'prediction'
)
SELECT entity, event_timestamp, truth,
  ${periodStart(period, 'feature_created_timestamp')} AS period_start,
  feature_model_name AS model_name,
  feature_model_revision AS model_revision,
  feature_language AS language,
  feature_label AS predicted,
  ${CONFIDENCE} AS confidence,
  CASE
    WHEN is_contradicted THEN 'contradicted'
    WHEN place > 1 THEN 'repeated'
    WHEN purged_tweets.tweet_id IS NOT NULL THEN 'purged'
    WHEN feature_tweet_id IS NULL AND scored_tweets.tweet_id IS NULL THEN 'unknown'
    WHEN feature_tweet_id IS NULL THEN 'early'
    WHEN ${CONFIDENCE} IS NULL THEN 'unscored'
    WHEN NOT coalesce(feature_language_supported, true) THEN 'other_language'
    ELSE 'judged'
  END AS outcome
FROM numbered
LEFT JOIN purged_tweets ON purged_tweets.tweet_id = entity
LEFT JOIN scored_tweets ON scored_tweets.tweet_id = entity
`;
}

/** SQL of the bin of `confidence`, from 0. */
export const BIN = `least(${CALIBRATION_BINS - 1}, CAST(floor(confidence * ${CALIBRATION_BINS}) AS integer))`;

/** SQL of the gap between confidence and truth: the confidence, less 1 for a right answer. */
export const GAP = 'confidence - CASE WHEN predicted = truth THEN 1 ELSE 0 END';

/** SQL of the first day, yyyy-MM-dd, of the period of a time in milliseconds. */
function periodStart(period: Period, ms: string): string {
  const days = `CAST((${ms} - mod(${ms}, ${MS_PER_DAY})) / ${MS_PER_DAY} AS integer)`;
  const day = `DATE '1970-01-01' + INTERVAL '1' DAY * ${days}`;
  return `CAST(CAST(date_trunc('${period}', ${day}) AS date) AS varchar)`;
}

/**
 * SQL of a row for each period and model revision, then one for each reason that labels were left
 * out for. `tss evaluate --from-log` gives the same figures; cli/evaluate says how the standard
 * errors are computed. A period without one of the labels has no macro recall.
 */
export function conceptDriftSql(period: Period): string {
  const recalls = LABELS.map((label) => `CAST(right_${label} AS double) / nullif(all_${label}, 0)`);
  const variances = LABELS.map((label) => betaVariance(`right_${label}`, `all_${label}`));
  return `WITH judged_labels AS (
${judgedLabelsSql(period)}),
claims AS (
  SELECT period_start, model_name, model_revision, truth,
    ${BIN} AS bin,
    CASE WHEN predicted = truth THEN 1 ELSE 0 END AS is_right,
    ${GAP} AS gap
  FROM judged_labels
  WHERE outcome = 'judged'
),
bins AS (
  SELECT period_start, model_name, model_revision,
    count(*) AS labels, sum(is_right) AS is_right, abs(sum(gap)) AS gap, sum(gap * gap) AS squares,
    ${LABELS.map(
      (label) => `sum(CASE WHEN truth = '${label}' THEN 1 ELSE 0 END) AS all_${label},
    sum(CASE WHEN truth = '${label}' THEN is_right ELSE 0 END) AS right_${label}`,
    ).join(',\n    ')}
  FROM claims
  GROUP BY period_start, model_name, model_revision, bin
),
periods AS (
  SELECT period_start, model_name, model_revision,
    sum(labels) AS labels, sum(is_right) AS is_right,
    sum(gap) / sum(labels) AS calibration_error, sum(squares) / sum(labels) AS mean_square,
    ${LABELS.flatMap((label) => [`all_${label}`, `right_${label}`])
      .map((column) => `sum(${column}) AS ${column}`)
      .join(', ')}
  FROM bins
  GROUP BY period_start, model_name, model_revision
)
SELECT 'judged' AS outcome, period_start, model_name, model_revision,
  CAST(labels AS bigint) AS labels,
  (${recalls.join(' + ')}) / ${LABELS.length} AS macro_recall,
  CASE WHEN ${LABELS.map((label) => `all_${label} > 0`).join(' AND ')}
    THEN sqrt(${variances.join('\n      + ')}) / ${LABELS.length}
  END AS macro_recall_standard_error,
  CAST(is_right AS double) / labels AS accuracy,
  sqrt(${betaVariance('is_right', 'labels')}) AS accuracy_standard_error,
  calibration_error,
  sqrt(greatest(0e0, mean_square - calibration_error * calibration_error) / labels) AS calibration_error_standard_error
FROM periods
UNION ALL
SELECT outcome, NULL, NULL, NULL, count(*), NULL, NULL, NULL, NULL, NULL, NULL
FROM judged_labels
WHERE outcome <> 'judged'
GROUP BY outcome
ORDER BY 2, 3, 4, 1
`;
}

/** SQL of the variance of the distribution Beta(right + 1, all - right + 1). */
function betaVariance(right: string, all: string): string {
  return `(${right} + 1e0) * (${all} - ${right} + 1) / (power(${all} + 2e0, 2) * (${all} + 3))`;
}
