import { stat } from 'node:fs/promises';
import { widestOf } from '../../kit/csv-columns.ts';
import { openCsvTable } from '../../kit/csv-table.ts';
import { Input } from '../../kit/input.ts';
import { globOf, identifier, quoted, type ScratchDatabase } from '../../kit/scratch-database.ts';
import type { AddedColumns } from '../added-columns.ts';
import { copyOptions } from './copy-options.ts';

export interface ScoredLines {
  /** Path of the lines. */
  readonly lines: string;
  /** Path of the Parquet file to write. */
  readonly target: string;
  readonly added: AddedColumns;
}

/** Columns of the input stay text: ids keep their digits. An empty cell is null. */
export async function csvToParquet(
  database: ScratchDatabase,
  { lines, target, added }: ScoredLines,
): Promise<void> {
  const { header, rows } = await openCsvTable(
    await Input.open(lines),
    (headers) =>
      headers.find(({ names }) => added.names.every((name) => names.includes(name))) ??
      widestOf(headers),
  );
  const inputColumns = uniqueNames(header.names.slice(0, -added.names.length));
  const columns = [...inputColumns, ...added.names].map(identifier);
  await database.run(
    `CREATE TABLE scored (${columns.map((name) => `${name} VARCHAR`).join(', ')})`,
  );
  await database.append('scored', nullable(rows));
  const selected = [...inputColumns.map(identifier), ...castsOf(added)];
  await copy(database, `SELECT ${selected.join(', ')} FROM scored`, target);
}

async function* nullable(rows: AsyncIterable<{ readonly cells: readonly string[] }>) {
  for await (const { cells } of rows) yield cells.map((cell) => (cell === '' ? null : cell));
}

/** Types are those that DuckDB finds in all of the lines. */
export async function jsonLinesToParquet(
  database: ScratchDatabase,
  { lines, target, added }: ScoredLines,
): Promise<void> {
  const { size } = await stat(lines);
  if (size === 0) {
    const nulls = added.columns.map(({ name, type }) => `NULL::${type} AS ${identifier(name)}`);
    await copy(database, `SELECT ${nulls.join(', ')} WHERE false`, target);
    return;
  }
  const options = "format = 'newline_delimited', records = true, hive_partitioning = false";
  const path = quoted(globOf(lines));
  const columns = await database.columns(
    `SELECT * FROM read_json(${path}, ${options}, sample_size = -1)`,
  );
  const types = columns.map(({ name, type }) => `${quoted(name)}: ${quoted(type)}`);
  const ofInput = columns.filter(({ name }) => !added.names.includes(name));
  const selected = [
    ...ofInput.map(
      ({ name, type }) => `${identifier(name)}::${exactType(type)} AS ${identifier(name)}`,
    ),
    ...castsOf(added),
  ];
  const source = `read_json(${path}, ${options}, columns = {${types.join(', ')}})`;
  await copy(database, `SELECT ${selected.join(', ')} FROM ${source}`, target);
}

/** Parquet has no integer of 128 bits: DuckDB would write a rounded number. */
function exactType(type: string): string {
  return type.replace(/"(?:[^"]|"")*"|\bHUGEINT\b/g, (part) =>
    part === 'HUGEINT' ? 'DECIMAL(38,0)' : part,
  );
}

function castsOf(added: AddedColumns): string[] {
  return added.columns.map(
    ({ name, type }) => `${identifier(name)}::${type} AS ${identifier(name)}`,
  );
}

async function copy(database: ScratchDatabase, query: string, target: string): Promise<void> {
  await database.run(`COPY (${query}) TO ${quoted(target)} ${copyOptions('.parquet')}`);
}

/** Names for DuckDB, which ignores their case and has no empty ones. */
export function uniqueNames(names: readonly string[]): string[] {
  const taken = new Set<string>();
  return names.map((name, index) => {
    const wanted = name || `column_${index + 1}`;
    let unique = wanted;
    for (let count = 2; taken.has(unique.toLowerCase()); count++) unique = `${wanted}_${count}`;
    taken.add(unique.toLowerCase());
    return unique;
  });
}
