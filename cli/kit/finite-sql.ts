import {
  DuckDBArrayType,
  DuckDBListType,
  DuckDBMapType,
  DuckDBStructType,
  type DuckDBType,
  DuckDBTypeId,
} from '@duckdb/node-api';
import { identifier, quoted } from './scratch-database.ts';

/**
 * SQL of a value in which every NaN and infinity is null, at any depth: JSON has neither.
 *
 * @param value SQL of the value
 */
export function finiteSql(value: string, type: DuckDBType): string {
  return hasFloats(type) ? finite(value, type, 0) : value;
}

function finite(value: string, type: DuckDBType, depth: number): string {
  if (isFloat(type)) return `CASE WHEN isfinite(${value}) THEN ${value} END`;
  if (!hasFloats(type)) return value;
  const element = `x${depth}`;
  if (type instanceof DuckDBListType || type instanceof DuckDBArrayType) {
    const inner = finite(element, type.valueType, depth + 1);
    return `list_transform(${value}, lambda ${element}: ${inner})`;
  }
  if (type instanceof DuckDBMapType) {
    const inner = finite(`${element}.value`, type.valueType, depth + 1);
    const entry = `{'key': ${element}.key, 'value': ${inner}}`;
    return `map_from_entries(list_transform(map_entries(${value}), lambda ${element}: ${entry}))`;
  }
  if (type instanceof DuckDBStructType) {
    const members = type.entryNames.map((name, index) => {
      const member = `struct_extract(${value}, ${quoted(name)})`;
      return `${identifier(name)} := ${finite(member, type.entryTypes[index] ?? type, depth + 1)}`;
    });
    return `CASE WHEN ${value} IS NOT NULL THEN struct_pack(${members.join(', ')}) END`;
  }
  return value;
}

function isFloat({ typeId }: DuckDBType): boolean {
  return typeId === DuckDBTypeId.FLOAT || typeId === DuckDBTypeId.DOUBLE;
}

/** Keys of maps do not count: in JSON they are texts. */
function hasFloats(type: DuckDBType): boolean {
  if (type instanceof DuckDBStructType) return type.entryTypes.some(hasFloats);
  const isNested =
    type instanceof DuckDBListType ||
    type instanceof DuckDBArrayType ||
    type instanceof DuckDBMapType;
  return isNested ? hasFloats(type.valueType) : isFloat(type);
}
