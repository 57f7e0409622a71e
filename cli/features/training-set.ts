import { type AsOf, type LabelEntity, trainingSetSql } from '../../service/contract/offline.ts';
import type { PredictionLogFile } from '../../service/prediction-log/files.ts';
import { loadLabels } from './labels.ts';
import { loadRecords, type UnreadableLines } from './log-lines.ts';
import { quoted, type ScratchDatabase } from './scratch-database.ts';

export interface TrainingSetOptions {
  /** Path of the CSV file of labels. */
  readonly labels: string;
  readonly entity: LabelEntity;
  readonly asOf: AsOf;
}

export interface TrainingSet {
  readonly labels: number;
  /** Labels that have a prediction; the others have nulls. */
  readonly withFeatures: number;
  readonly unreadable: readonly UnreadableLines[];
}

/**
 * Writes each label with the newest prediction it may see into a Parquet file, by the contract's
 * query.
 *
 * @throws LabelFileError
 */
export async function writeTrainingSet(
  database: ScratchDatabase,
  files: readonly PredictionLogFile[],
  { labels: labelFile, entity, asOf }: TrainingSetOptions,
  out: string,
): Promise<TrainingSet> {
  const labels = await loadLabels(database, labelFile);
  const unreadable = await loadRecords(database, files);
  await database.run(
    `COPY (${trainingSetSql(entity, asOf)}) TO ${quoted(out)} (FORMAT parquet, COMPRESSION zstd)`,
  );
  const [counted] = await database.query(
    `SELECT count(feature_tweet_id)::INTEGER AS found FROM read_parquet(${quoted(out)})`,
  );
  return { labels, withFeatures: Number(counted?.found), unreadable };
}
