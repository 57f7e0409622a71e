import { listPredictionLog, type PredictionLogFile } from '../../service/prediction-log/files.ts';
import { UsageError } from './arguments.ts';
import { ID_PATTERN, RECORD_COLUMNS, RECORD_STRUCT } from './schema.ts';
import { quoted, type ScratchDatabase } from './scratch-database.ts';

/** A line longer than this is none of ours: the longest record has some 10,000 bytes. */
const MAX_LINE_BYTES = 1_048_576;

const SCORED_DATE = "strftime(make_timestamp_ms(created_timestamp), '%Y-%m-%d')";

/** Whether a line is a whole record of the day its file is named by. */
const IS_RECORD = `coalesce(
  regexp_full_match(tweet_id, ${quoted(ID_PATTERN)})
  AND ${SCORED_DATE} = parse_filename(filename, true)
  AND (record_type = 'tombstone'
    OR record_type = 'prediction' AND event_timestamp IS NOT NULL AND label IS NOT NULL), false)`;

/** Lines of a file that are no record: torn by a crash or by a disk that was full. */
export interface UnreadableLines {
  readonly file: string;
  readonly lines: number;
}

/**
 * @throws UsageError when there is no log in the folder
 */
export async function findLog(dir: string): Promise<readonly PredictionLogFile[]> {
  let files: readonly PredictionLogFile[];
  try {
    files = await listPredictionLog(dir);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new UsageError(`the prediction log ${dir} cannot be read: ${reason}`, { cause });
  }
  if (files.length === 0) {
    throw new UsageError(`${dir} holds no prediction log: no file is named like 2026-11-23.jsonl`);
  }
  return files;
}

/** SQL that reads files of the log line by line; `is_record` says which of them count. */
export function recordsOf(files: readonly PredictionLogFile[]): string {
  const paths = files.map(({ path }) => quoted(path)).join(', ');
  return `
    SELECT ${RECORD_COLUMNS.join(', ')}, filename, ${IS_RECORD} AS is_record
    FROM read_json([${paths}], format = 'newline_delimited', columns = ${RECORD_STRUCT},
      filename = true, ignore_errors = true, maximum_object_size = ${MAX_LINE_BYTES})`;
}

/**
 * Reads files of the log into the table `predictions`, tombstones included; it replaces that of
 * a former call.
 *
 * @returns the files with lines that are no record, and which therefore are not in the table
 */
export async function loadRecords(
  database: ScratchDatabase,
  files: readonly PredictionLogFile[],
): Promise<readonly UnreadableLines[]> {
  await database.run(`CREATE OR REPLACE TABLE lines AS ${recordsOf(files)}`);
  await database.run(`
    CREATE OR REPLACE VIEW predictions AS
    SELECT ${RECORD_COLUMNS.join(', ')} FROM lines WHERE is_record`);
  const unreadable = await database.query(`
    SELECT filename, count(*)::INTEGER AS lines
    FROM lines WHERE NOT is_record GROUP BY filename ORDER BY filename`);
  return unreadable.map(({ filename, lines }) => ({
    file: String(filename),
    lines: Number(lines),
  }));
}
