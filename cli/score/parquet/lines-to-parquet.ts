import { stat } from 'node:fs/promises';
import { parse } from 'csv-parse/sync';
import {
  type Column,
  globOf,
  identifier,
  quoted,
  type ScratchDatabase,
} from '../../kit/scratch-database.ts';
import type { AddedColumns } from '../added-columns.ts';
import type { Layout } from '../formats/format.ts';
import { uniqueNames } from '../formats/unique-names.ts';
import { copyOptions } from './copy-options.ts';
import { roundedColumns } from './rounded-columns.ts';

export interface ScoredLines {
  /** Path of the lines. */
  readonly lines: string;
  /** Path of the Parquet file to write. */
  readonly target: string;
  readonly added: AddedColumns;
}

/** Longest record: a line of the input, and the added cells. */
const MAX_RECORD_BYTES = 16 * 1024 * 1024;

/** Columns of the input stay text: ids keep their digits. An empty cell is null. */
export async function csvToParquet(
  database: ScratchDatabase,
  { lines, target, added, layout }: ScoredLines & { readonly layout: Layout },
): Promise<void> {
  const delimiter = layout.csv?.delimiter ?? ',';
  const [header = []]: string[][] = parse(layout.header, { delimiter });
  const inputColumns = uniqueNames(header.slice(0, -added.names.length));
  const types = [...inputColumns, ...added.names].map((name) => `${quoted(name)}: 'VARCHAR'`);
  const selected = [...inputColumns.map(identifier), ...castsOf(added)];
  await copy(
    database,
    `SELECT ${selected.join(', ')} FROM read_csv(
      ${quoted(globOf(lines))}, columns = {${types.join(', ')}}, auto_detect = false, header = true,
      delim = ${quoted(delimiter)}, quote = '"', escape = '"', hive_partitioning = false,
      max_line_size = ${MAX_RECORD_BYTES}, buffer_size = ${2 * MAX_RECORD_BYTES}, parallel = false)`,
    target,
  );
}

/** A format that texts do not have: DuckDB would read `24-05-06` as a day, and leave out the zone of a time. */
const NO_FORMAT = quoted('\uffff');

/** Types are those that DuckDB finds in all of the lines, but texts stay as they are. */
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
  const options =
    "format = 'newline_delimited', records = true, hive_partitioning = false, " +
    `dateformat = ${NO_FORMAT}, timestampformat = ${NO_FORMAT}`;
  const path = quoted(globOf(lines));
  const detected = `read_json(${path}, ${options}, sample_size = -1)`;
  const found = await database.columns(`SELECT * FROM ${detected}`);
  const columns = found.map(({ name, type }) => ({ name, type: textType(type) }));
  const ofInput = columns.filter(({ name }) => !added.names.includes(name));
  const read = (some: readonly Column[]) => {
    const types = some.map(({ name, type }) => `${quoted(name)}: ${quoted(type)}`);
    return `read_json(${path}, ${options}, columns = {${types.join(', ')}})`;
  };
  const isDetected = hasRenamed(columns);
  const fractions = isDetected ? [] : ofInput.filter(({ type }) => jsonType(type) !== type);
  const rounded = await roundedColumns(database, fractions, read(fractions.map(inJson)));
  const selected = [
    ...ofInput.map(({ name, type }) =>
      rounded.has(name)
        ? identifier(name)
        : `${identifier(name)}::${exactType(type)} AS ${identifier(name)}`,
    ),
    ...castsOf(added),
  ];
  const source = isDetected
    ? detected
    : read(columns.map((column) => (rounded.has(column.name) ? inJson(column) : column)));
  await copy(database, `SELECT ${selected.join(', ')} FROM ${source}`, target);
}

/**
 * True if a column may be a key that differs from another one by case only: `A` beside `a` is `A_1`. Such
 * a file is read with the types that were found, so that times of day and UUIDs get DuckDB's form.
 */
function hasRenamed(columns: readonly Column[]): boolean {
  const names = new Set(columns.map(({ name }) => name.toLowerCase()));
  return [...names].some((name) => /_\d+$/.test(name) && names.has(name.replace(/_\d+$/, '')));
}

/** JSON has neither days, times nor UUIDs: what DuckDB takes for one, also `epoch`, is a text. */
function textType(type: string): string {
  return withTypes(type, { DATE: 'VARCHAR', TIME: 'VARCHAR', UUID: 'VARCHAR' });
}

/** Parquet has no integer of 128 bits: DuckDB would write a rounded number. */
function exactType(type: string): string {
  return withTypes(type, { HUGEINT: 'DECIMAL(38,0)' });
}

/** A number in JSON keeps its digits. */
function jsonType(type: string): string {
  return withTypes(type, { DOUBLE: 'JSON' });
}

function inJson({ name, type }: Column): Column {
  return { name, type: jsonType(type) };
}

/** Replaces types also inside of a nested type, but no names of fields: they are quoted, or a blank follows. */
function withTypes(type: string, others: Readonly<Record<string, string>>): string {
  return type.replace(/"(?:[^"]|"")*"|\b\w+\b(?! )/g, (part) => others[part] ?? part);
}

function castsOf(added: AddedColumns): string[] {
  return added.columns.map(
    ({ name, type }) => `${identifier(name)}::${type} AS ${identifier(name)}`,
  );
}

async function copy(database: ScratchDatabase, query: string, target: string): Promise<void> {
  await database.run(`COPY (${query}) TO ${quoted(target)} ${copyOptions('.parquet')}`);
}
