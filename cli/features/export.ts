import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { PARTITION_COLUMN } from '../../service/contract/offline.ts';
import type { PredictionLogFile } from '../../service/prediction-log/files.ts';
import { loadRecords, recordsOf, type UnreadableLines } from '../kit/offline/log-lines.ts';
import { RECORD_COLUMNS } from '../kit/offline/schema.ts';
import { quoted, type ScratchDatabase } from '../kit/scratch-database.ts';

interface Tally {
  /** Rows written. */
  readonly rows: number;
  /** Predictions left out because their tweet was purged. */
  readonly purged: number;
  /** Predictions left out because the very same one is written already. */
  readonly repeated: number;
}

export interface Exported extends Tally {
  readonly days: number;
  readonly unreadable: readonly UnreadableLines[];
}

/**
 * Writes the predictions of a log into a new folder, a Parquet file for each day, without those
 * of purged tweets and without tombstones. One day at a time, so that the memory does not
 * grow with the log.
 */
export async function exportLog(
  database: ScratchDatabase,
  files: readonly PredictionLogFile[],
  out: string,
): Promise<Exported> {
  await mkdir(out);
  // A tombstone may lie in any file, and counts for all.
  await database.run(`
    CREATE TABLE purged AS
    SELECT DISTINCT tweet_id FROM (${recordsOf(files)})
    WHERE is_record AND record_type = 'tombstone'`);
  const unreadable: UnreadableLines[] = [];
  const tallies: Tally[] = [];
  for (const [day, ofDay] of Map.groupBy(files, (file) => file.day)) {
    unreadable.push(...(await loadRecords(database, ofDay)));
    tallies.push(await exportDay(database, join(out, `${PARTITION_COLUMN}=${day}`)));
  }
  const sum = (name: keyof Tally) => tallies.reduce((total, tally) => total + tally[name], 0);
  return {
    rows: sum('rows'),
    days: tallies.filter(({ rows }) => rows > 0).length,
    purged: sum('purged'),
    repeated: sum('repeated'),
    unreadable,
  };
}

async function exportDay(database: ScratchDatabase, folder: string): Promise<Tally> {
  await database.run(`
    CREATE OR REPLACE TABLE kept AS
    SELECT DISTINCT ${RECORD_COLUMNS.join(', ')}
    FROM predictions ANTI JOIN purged USING (tweet_id)
    WHERE record_type = 'prediction'`);
  const [counts] = await database.query(`
    SELECT count(*)::INTEGER AS predictions,
      count_if(tweet_id IN (SELECT tweet_id FROM purged))::INTEGER AS purged,
      (SELECT count(*)::INTEGER FROM kept) AS rows
    FROM predictions WHERE record_type = 'prediction'`);
  const rows = Number(counts?.rows);
  const purged = Number(counts?.purged);
  if (rows > 0) {
    await mkdir(folder);
    await database.run(`
      COPY (SELECT * FROM kept ORDER BY created_timestamp, tweet_id)
      TO ${quoted(join(folder, 'predictions.parquet'))} (FORMAT parquet, COMPRESSION zstd)`);
  }
  return { rows, purged, repeated: Number(counts?.predictions) - purged - rows };
}
