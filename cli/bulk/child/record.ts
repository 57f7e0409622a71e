import { firstColumnNamed } from '../../kit/csv-columns.ts';
import { parseExactly } from '../../kit/exact-json.ts';
import type { RecordSource } from '../../score/formats/format.ts';

/** Fields that a result copies from its record. */
export interface Record {
  readonly id: string | null;
  /** JSON of an object; null for plain text. */
  readonly json: string | null;
}

/** Columns and keys that may hold the id, likeliest first; v1.1 rounds its `id`. */
const LIKELY = ['id_str', 'id', 'tweet_id', 'status_id'];

export interface RecordOptions {
  /** Column or key of ids; found by default. */
  readonly idColumn: string | undefined;
  /** Names of the columns of CSV. */
  readonly columns: readonly string[];
}

/** Makes JSON of a record, and finds its id. */
export function recordOf(source: RecordSource | null, options: RecordOptions): Record {
  if (source === null) return { id: null, json: null };
  if ('json' in source) {
    return { id: idOfObject(parseExactly(source.json), options.idColumn), json: source.json };
  }
  const { columns } = options;
  const { cells } = source;
  const json = JSON.stringify(Object.fromEntries(columns.map((name, at) => [name, cells[at]])));
  const id = cells[idColumnOf(columns, options.idColumn) ?? -1];
  return { id: id || null, json };
}

/** Index of the column of ids. */
export function idColumnOf(columns: readonly string[], named?: string): number | undefined {
  return firstColumnNamed(named === undefined ? LIKELY : [named], columns);
}

function idOfObject(value: unknown, named: string | undefined): string | null {
  if (typeof value !== 'object' || value === null) return null;
  const keys = Object.keys(value);
  const index = idColumnOf(keys, named);
  const id: unknown = index === undefined ? undefined : Reflect.get(value, keys[index] ?? '');
  if (typeof id === 'string' && id !== '') return id;
  if (typeof id === 'number') return String(id);
  // An account's archive has each tweet in an envelope.
  const { tweet } = value as { readonly tweet?: unknown };
  return id === undefined && typeof tweet === 'object' ? idOfObject(tweet, named) : null;
}
