import {
  DuckDBListType,
  DuckDBMapType,
  DuckDBStructType,
  type DuckDBType,
  DuckDBTypeId,
} from '@duckdb/node-api';
import {
  type Column,
  identifier,
  quoted,
  type ScratchDatabase,
} from '../../kit/scratch-database.ts';

/**
 * Finds columns with an integer that a DOUBLE rounds, such as an id beside a fraction.
 *
 * @param columns with their types
 * @param source SQL of the same columns, in which JSON is in place of each DOUBLE
 */
export async function roundedColumns(
  database: ScratchDatabase,
  columns: readonly Column[],
  source: string,
): Promise<ReadonlySet<string>> {
  if (columns.length === 0) return new Set();
  const nulls = columns.map(({ type }, index) => `NULL::${type} AS c${index}`);
  const types = await database.types(`SELECT ${nulls.join(', ')}`);
  const tests = types.map((type, index) => {
    const value = identifier(columns[index]?.name ?? '');
    return `bool_or(${rounds(value, type, 0)}) AS c${index}`;
  });
  const [found = {}] = await database.query(`SELECT ${tests.join(', ')} FROM ${source}`);
  return new Set(columns.map(({ name }) => name).filter((_, index) => found[`c${index}`] === true));
}

/** SQL that is true if a DOUBLE at any depth would round an integer. */
function rounds(value: string, type: DuckDBType, depth: number): string {
  if (type.typeId === DuckDBTypeId.DOUBLE) {
    const digits = `${value}::VARCHAR`;
    const rounded = `TRY_CAST(TRY_CAST(${digits} AS DOUBLE) AS HUGEINT)`;
    return (
      `(regexp_full_match(${digits}, '-?[0-9]{16,}') AND ` +
      `coalesce(TRY_CAST(${digits} AS HUGEINT) <> ${rounded}, true))`
    );
  }
  const element = `x${depth}`;
  const anyOf = (list: string, inner: DuckDBType) =>
    `list_bool_or(list_transform(${list}, lambda ${element}: ${rounds(element, inner, depth + 1)}))`;
  if (type instanceof DuckDBListType) return anyOf(value, type.valueType);
  if (type instanceof DuckDBMapType) return anyOf(`map_values(${value})`, type.valueType);
  if (type instanceof DuckDBStructType) {
    const members = type.entryNames.map((name, index) => {
      const member = `struct_extract(${value}, ${quoted(name)})`;
      return rounds(member, type.entryTypes[index] ?? type, depth + 1);
    });
    return `(${members.join(' OR ')})`;
  }
  return 'false';
}
