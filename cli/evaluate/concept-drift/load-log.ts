import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { CliError, reasonOf } from '../../kit/errors.ts';
import { loadRecords, logFiles, type UnreadableLines } from '../../kit/offline/log-lines.ts';
import { emptyRecords, RECORD_COLUMNS } from '../../kit/offline/schema.ts';
import { globOf, quoted, type ScratchDatabase } from '../../kit/scratch-database.ts';

/**
 * Creates the view `predictions` over the prediction log in a folder: JSON Lines as the service
 * writes them, and Parquet at any depth, as Firehose and `tss features export` write it.
 *
 * @returns the files with lines that are not records, which the view leaves out
 * @throws CliError when the folder has no log
 */
export async function loadLog(
  database: ScratchDatabase,
  dir: string,
): Promise<readonly UnreadableLines[]> {
  const { lines, parquet } = await findFiles(dir);
  const sources: string[] = [];
  let unreadable: readonly UnreadableLines[] = [];
  if (lines.length > 0) {
    unreadable = await loadRecords(database, lines);
    await database.run('ALTER VIEW predictions RENAME TO line_records');
    sources.push(`SELECT ${RECORD_COLUMNS.join(', ')} FROM line_records`);
  }
  if (parquet.length > 0) sources.push(parquetRecords(parquet));
  await database.run(`CREATE VIEW predictions AS ${sources.join(' UNION ALL ')}`);
  return unreadable;
}

async function findFiles(dir: string) {
  try {
    const [lines, entries] = await Promise.all([
      logFiles(dir),
      readdir(dir, { recursive: true, withFileTypes: true }),
    ]);
    const parquet = entries
      .filter((entry) => !entry.isDirectory() && /\.parquet$/i.test(entry.name))
      .map(({ parentPath, name }) => join(parentPath, name))
      .toSorted();
    if (lines.length + parquet.length === 0) {
      throw new Error('it has neither files such as 2026-11-23.jsonl nor files of Parquet');
    }
    return { lines, parquet };
  } catch (cause) {
    throw new CliError(`The prediction log ${dir} cannot be read: ${reasonOf(cause)}`, { cause });
  }
}

/** Files of earlier releases lack the newest columns. */
function parquetRecords(paths: readonly string[]): string {
  const list = paths.map((path) => quoted(globOf(path))).join(', ');
  return `SELECT ${RECORD_COLUMNS.join(', ')} FROM (
    ${emptyRecords()} UNION ALL BY NAME
    SELECT * FROM read_parquet([${list}], union_by_name = true, hive_partitioning = false))`;
}
