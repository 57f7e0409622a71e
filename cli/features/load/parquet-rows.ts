import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DuckDBType, DuckDBTypeId } from '@duckdb/node-api';
import { CliError, reasonOf } from '../../kit/errors.ts';
import { finiteSql } from '../../kit/finite-sql.ts';
import { parquetColumns } from '../../kit/parquet-columns.ts';
import { globOf, identifier, quoted, ScratchDatabase } from '../../kit/scratch-database.ts';

/** A folder such as `day=2026-11-28` would give a column. */
const FILE_COLUMNS_ONLY = 'hive_partitioning = false';

const EXACT_NUMBERS: ReadonlySet<DuckDBTypeId> = new Set([
  DuckDBTypeId.BIGINT,
  DuckDBTypeId.UBIGINT,
  DuckDBTypeId.HUGEINT,
  DuckDBTypeId.UHUGEINT,
  DuckDBTypeId.DECIMAL,
]);

const TIMES: ReadonlySet<DuckDBTypeId> = new Set([
  DuckDBTypeId.TIMESTAMP,
  DuckDBTypeId.TIMESTAMP_S,
  DuckDBTypeId.TIMESTAMP_MS,
  DuckDBTypeId.TIMESTAMP_NS,
  DuckDBTypeId.TIMESTAMP_TZ,
]);

/**
 * Writes the rows of a Parquet file as JSON Lines, a row a line, into a temporary folder, for as long as
 * the work takes. Integers and decimals become text, which keeps their digits, and times ISO 8601.
 *
 * @throws CliError when the file is not Parquet
 */
export async function withParquetRows<Result>(
  file: string,
  signal: AbortSignal,
  work: (lines: string) => Promise<Result>,
): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'tss-load-'));
  try {
    const lines = join(folder, 'rows.jsonl');
    await ScratchDatabase.use(folder, signal, (database) => extract(database, file, lines, signal));
    return await work(lines);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function extract(
  database: ScratchDatabase,
  file: string,
  lines: string,
  signal: AbortSignal,
): Promise<void> {
  try {
    const path = quoted(globOf(file));
    const rows = `read_parquet(${path}, ${FILE_COLUMNS_ONLY})`;
    const columns = await parquetColumns(database, path, rows);
    const types = await database.types(`SELECT * FROM ${rows}`);
    const selected = types.map((type, index) => {
      const { name = '' } = columns[index] ?? {};
      return `${asJson(identifier(name), type)} AS ${identifier(name)}`;
    });
    await database.run(
      `COPY (SELECT ${selected.join(', ')} FROM ${rows}) TO ${quoted(lines)} (FORMAT json)`,
    );
  } catch (cause) {
    signal.throwIfAborted();
    const [reason] = reasonOf(cause).split('\n');
    throw new CliError(`${file} cannot be read as Parquet: ${reason}`, { cause });
  }
}

function asJson(column: string, type: DuckDBType): string {
  if (EXACT_NUMBERS.has(type.typeId)) return `${column}::VARCHAR`;
  if (!TIMES.has(type.typeId)) return finiteSql(column, type);
  return `strftime(make_timestamp_ms(epoch_ms(${column})), '%Y-%m-%dT%H:%M:%S.%gZ')`;
}
