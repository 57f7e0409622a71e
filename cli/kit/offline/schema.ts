import {
  type Column,
  PREDICTION_RECORD,
  type PredictionColumn,
} from '../../../service/contract/offline.ts';
import { quoted } from '../scratch-database.ts';

/** DuckDB's types for those of the contract. */
export const DUCKDB_TYPES = {
  string: 'VARCHAR',
  'array<string>': 'VARCHAR[]',
  bigint: 'BIGINT',
  int: 'INTEGER',
  double: 'DOUBLE',
  boolean: 'BOOLEAN',
} as const satisfies Record<Column['type'], string>;

export const RECORD_COLUMNS = Object.keys(PREDICTION_RECORD) as PredictionColumn[];

/** The record's columns as DuckDB's `read_json` wants them told. */
export const RECORD_STRUCT = `{${RECORD_COLUMNS.map(
  (name) => `${name}: ${quoted(DUCKDB_TYPES[PREDICTION_RECORD[name].type])}`,
).join(', ')}}`;

/** SQL of no records, with the columns and their types. */
export function emptyRecords(): string {
  const columns = RECORD_COLUMNS.map(
    (name) => `NULL::${DUCKDB_TYPES[PREDICTION_RECORD[name].type]} AS ${name}`,
  );
  return `SELECT ${columns.join(', ')} WHERE false`;
}
