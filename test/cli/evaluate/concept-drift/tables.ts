import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { emptyRecords } from '../../../../cli/kit/offline/schema.ts';
import { quoted, ScratchDatabase } from '../../../../cli/kit/scratch-database.ts';
import type { Label } from '../../../../service/domain/sentiment.ts';

export const DAY_MS = 86_400_000;
/** A Monday. */
export const MONDAY_MS = Date.UTC(2026, 10, 2);

/** A record of the log; null stands for a tombstone. */
export interface Scored {
  readonly tweet: string;
  /** Milliseconds after MONDAY_MS. */
  readonly atMs: number;
  readonly predicted: Label | null;
  readonly confidence?: number | null;
  readonly revision?: string;
  readonly language?: string | null;
  readonly isSupported?: boolean | null;
}

export interface Labeled {
  readonly tweet: string;
  readonly atMs: number;
  readonly truth: string;
}

/** A tombstone. */
export function purged(tweet: string, atMs: number): Scored {
  return { tweet, atMs, predicted: null };
}

/** Calls back with a database that has the tables `labels` and `predictions`. */
export async function withTables<Result>(
  records: readonly Scored[],
  labels: readonly Labeled[],
  work: (database: ScratchDatabase) => Promise<Result>,
): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'tables-'));
  const database = await ScratchDatabase.open(folder, new AbortController().signal);
  try {
    await database.run(`CREATE TABLE predictions AS ${emptyRecords()}`);
    await database.run(
      'CREATE TABLE labels (entity VARCHAR, event_timestamp BIGINT, label VARCHAR)',
    );
    if (records.length > 0) {
      await database.run(
        `INSERT INTO predictions BY NAME ${records.map(recordSql).join(' UNION ALL BY NAME ')}`,
      );
    }
    if (labels.length > 0) {
      const rows = labels.map(
        ({ tweet, atMs, truth }) => `(${quoted(tweet)}, ${MONDAY_MS + atMs}, ${quoted(truth)})`,
      );
      await database.run(`INSERT INTO labels VALUES ${rows.join(', ')}`);
    }
    return await work(database);
  } finally {
    database.close();
    await rm(folder, { recursive: true });
  }
}

function recordSql(record: Scored): string {
  const { tweet, atMs, predicted, confidence = 0.8, revision = 'r1' } = record;
  const { language = 'en', isSupported = true } = record;
  const created = `${quoted(tweet)} AS tweet_id, ${MONDAY_MS + atMs} AS created_timestamp`;
  if (predicted === null) return `SELECT 'tombstone' AS record_type, ${created}`;
  return `SELECT 'prediction' AS record_type, ${created}, ${MONDAY_MS + atMs} AS event_timestamp,
    'model' AS model_name, ${quoted(revision)} AS model_revision, 1 AS preprocessing_version,
    ${quoted(predicted)} AS label, ${confidence}::DOUBLE AS score_${predicted},
    ${language === null ? 'NULL' : quoted(language)}::VARCHAR AS language,
    ${isSupported}::BOOLEAN AS language_supported`;
}
