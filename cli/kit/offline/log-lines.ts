import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ID } from '../../../service/contract/forms.ts';
import {
  listPredictionLog,
  type PredictionLogFile,
} from '../../../service/prediction-log/files.ts';
import { counted } from '../counted.ts';
import { CliError, reasonOf } from '../errors.ts';
import { warn } from '../printable.ts';
import { globOf, quoted, type ScratchDatabase } from '../scratch-database.ts';
import { utf8Of } from '../utf8.ts';
import { RECORD_COLUMNS, RECORD_STRUCT } from './schema.ts';

/** Longest line that is read; the longest record has about 10,000 bytes. */
const MAX_LINE_BYTES = 1_048_576;

/** Null for a number beyond the range of times. */
const SCORED_DATE = "TRY(strftime(make_timestamp_ms(created_timestamp), '%Y-%m-%d'))";

/** True for a complete record of the day in its file's name. */
const IS_RECORD = `coalesce(
  regexp_full_match(tweet_id, ${quoted(ID)})
  AND ${SCORED_DATE} = parse_filename(filename)[:10]
  AND (record_type = 'tombstone'
    OR record_type = 'prediction' AND event_timestamp IS NOT NULL AND label IS NOT NULL), false)`;

/** Lines of a file that are not records: torn by a crash or a full disk. */
export interface UnreadableLines {
  readonly file: string;
  readonly lines: number;
}

/** Warns of the lines that are left out. */
export function warnOfUnreadable(unreadable: readonly UnreadableLines[]): void {
  for (const { file, lines } of unreadable) {
    warn(
      `${file}: ${counted(lines, 'line left out that is not a record of this day', 'lines left out that are not records of this day')}, as after a crash or in a file that was renamed`,
    );
  }
}

/**
 * Files of a prediction log, in order of their days. Warns of files that seem to belong to it but are not
 * read: their tombstones are missing, too.
 */
export async function logFiles(dir: string): Promise<readonly PredictionLogFile[]> {
  const listed = await listPredictionLog(dir, (name) => {
    if (/^\d{4}-\d{2}-\d{2}.*\.jsonl/.test(name)) {
      warn(
        `${join(dir, name)} is left out: its name must be like 2026-11-23.jsonl or 2026-11-23.jsonl.gz`,
      );
    }
  });
  const files: PredictionLogFile[] = [];
  for (const file of listed) {
    if ((await stat(file.path)).isDirectory()) continue;
    if (file.isCompressed) await expectWhole(file.path);
    files.push(file);
  }
  return files;
}

/** DuckDB reads a compressed file that was cut off as if it ended there. */
async function expectWhole(path: string): Promise<void> {
  try {
    if ((await stat(path)).size === 0)
      throw new Error('it is empty: not even a compressed file of no lines is');
    const chunks = utf8Of(createReadStream(path));
    while (!(await chunks.next()).done);
  } catch (cause) {
    throw new Error(`${path}: ${reasonOf(cause)}`, { cause });
  }
}

/**
 * Lists the files of a prediction log: several machines write one folder each.
 *
 * @throws CliError when a folder has none
 */
export async function findLog(dirs: readonly string[]): Promise<readonly PredictionLogFile[]> {
  const found: PredictionLogFile[] = [];
  for (const dir of dirs) found.push(...(await filesOf(dir)));
  return found;
}

async function filesOf(dir: string): Promise<readonly PredictionLogFile[]> {
  let files: readonly PredictionLogFile[];
  try {
    files = await logFiles(dir);
  } catch (cause) {
    throw new CliError(`The prediction log ${dir} cannot be read: ${reasonOf(cause)}`, {
      cause,
    });
  }
  if (files.length === 0) {
    throw new CliError(
      `${dir} has no prediction log: expected files with names such as 2026-11-23.jsonl`,
    );
  }
  return files;
}

/** SQL that reads files of the log line by line; `is_record` marks the valid ones. */
export function recordsOf(files: readonly PredictionLogFile[]): string {
  const paths = files.map(({ path }) => quoted(globOf(path))).join(', ');
  return `
    SELECT ${RECORD_COLUMNS.join(', ')}, filename, ${IS_RECORD} AS is_record
    FROM read_json([${paths}], format = 'newline_delimited', columns = ${RECORD_STRUCT},
      filename = true, ignore_errors = true, maximum_object_size = ${MAX_LINE_BYTES})`;
}

/**
 * Reads files of the log into the table `predictions`, tombstones included; replaces the table of
 * an earlier call.
 *
 * @returns the files with lines that are not records, which the table leaves out
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
