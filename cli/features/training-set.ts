import {
  type AsOf,
  type LabelEntity,
  TRAINING_COLUMNS,
  trainingSetSql,
} from '../../service/contract/offline.ts';
import type { PredictionLogFile } from '../../service/prediction-log/files.ts';
import { loadLabels } from '../kit/offline/labels.ts';
import { loadRecords, type UnreadableLines } from '../kit/offline/log-lines.ts';
import { identifier, quoted, type ScratchDatabase } from '../kit/scratch-database.ts';
import { openBulkResults } from './bulk-results.ts';

export interface TrainingSetOptions {
  /** Path of the CSV file of labels. */
  readonly labels: string;
  readonly entity: LabelEntity;
  readonly asOf: AsOf;
  /** Folder of bulk results. */
  readonly bulk?: string;
}

export interface TrainingSet {
  readonly labels: number;
  /** Labels that have a prediction; the others have nulls. */
  readonly withFeatures: number;
  readonly unreadable: readonly UnreadableLines[];
}

/**
 * Writes each label with the newest prediction known at its time into a Parquet file, by the contract's
 * query.
 *
 * @throws CliError when the labels are invalid
 */
export async function writeTrainingSet(
  database: ScratchDatabase,
  files: readonly PredictionLogFile[],
  { labels: labelFile, entity, asOf, bulk }: TrainingSetOptions,
  out: string,
): Promise<TrainingSet> {
  const { count: labels, extraColumns } = await loadLabels(database, labelFile, entity);
  const unreadable = await loadRecords(database, files);
  if (bulk !== undefined) await openBulkResults(database, bulk);
  const columns = TRAINING_COLUMNS.flatMap((name) =>
    name === 'label'
      ? ['label', ...extraColumns].map((column) => `line.${identifier(column)}`)
      : [`joined.${name}`],
  );
  // The query joins the numbers of the labels; here each gets its label and further columns back.
  await database.run(`
    COPY (
      SELECT ${columns.join(', ')}
      FROM (${trainingSetSql(entity, asOf, bulk === undefined ? undefined : 'all')}) joined
      JOIN label_lines line ON line.number = joined.label::BIGINT
      ORDER BY joined.entity, joined.event_timestamp, line.label, line.number
    ) TO ${quoted(out)} (FORMAT parquet, COMPRESSION zstd)`);
  const [counted] = await database.query(
    `SELECT count(feature_tweet_id)::INTEGER AS found FROM read_parquet(${quoted(out)})`,
  );
  return { labels, withFeatures: Number(counted?.found), unreadable };
}
