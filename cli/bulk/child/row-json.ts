import {
  type FileMetaData,
  type ParquetParsers,
  parquetSchema,
  type SchemaElement,
  type SchemaTree,
} from 'hyparquet';
import { CliError } from '../../kit/errors.ts';
import { parseWithSource, rawJSON } from '../../kit/exact-json.ts';

export type Row = Readonly<Record<string, unknown>>;

const parsers: Partial<ParquetParsers> = {
  timestampFromMilliseconds: (millis) => isoTime(millis, 1n),
  timestampFromMicroseconds: (micros) => isoTime(micros, 1_000n),
  timestampFromNanoseconds: (nanos) => isoTime(nanos, 1_000_000n),
  dateFromDays: (days) => isoTime(BigInt(days) * 86_400_000n, 1n)?.replace(/T.*/, '') ?? null,
  jsonFromBytes: (bytes: Uint8Array | undefined) =>
    bytes && jsonOrText(new TextDecoder().decode(bytes)),
};

/** Value of a JSON text, whose numbers keep their digits; the text itself if it is not JSON. */
function jsonOrText(text: string): unknown {
  try {
    return parseWithSource(text, (_key, value, { source }) =>
      typeof value === 'number' && source !== undefined ? rawJSON(source) : value,
    );
  } catch {
    return text;
  }
}

/** A time with the digits that a Date lacks, where there are any; null for one beyond all calendars. */
function isoTime(time: bigint, perMs: bigint): string | null {
  const rest = ((time % perMs) + perMs) % perMs;
  const iso: string | null = new Date(Number((time - rest) / perMs)).toJSON();
  return rest === 0n ? iso : (iso?.replace('Z', `${String(perMs + rest).slice(1)}Z`) ?? null);
}

/** Options of hyparquet by which only columns of texts become text. */
export function exactRead(metadata: FileMetaData) {
  const schema = metadata.schema.map(withConvertedType);
  return { metadata: { ...metadata, schema }, utf8: false, parsers };
}

/** Gives an enumeration, and JSON by its logical type, the type by which hyparquet knows them. */
function withConvertedType(element: SchemaElement): SchemaElement {
  const type = element.logical_type?.type ?? element.converted_type;
  if (type === 'ENUM') return { ...element, converted_type: 'UTF8' };
  return type === 'JSON' ? { ...element, converted_type: 'JSON' } : element;
}

/**
 * Makes JSON of rows: integers and decimals keep their digits, times are ISO 8601, bytes are text as
 * `tss score` writes them.
 *
 * @throws CliError for a column of decimals that a number would round: it holds 15 decimal digits
 */
export function rowJsonOf(metadata: FileMetaData, file: string): (row: Row) => string {
  const rounded = metadata.schema.find(
    ({ converted_type: type, precision = 0 }) => type === 'DECIMAL' && precision > 15,
  );
  if (rounded) {
    const { name, precision = 0, scale = 0 } = rounded;
    throw new CliError(
      `${file} has the column ${name} of DECIMAL(${precision},${scale}), whose digits would be rounded; ` +
        'write it as text, or an id as BIGINT',
    );
  }
  if (!metadata.schema.some(isCorrected)) return jsonOf;
  const root = parquetSchema(metadata);
  return (row) => jsonOf(corrected(row, root));
}

function isCorrected(element: SchemaElement): boolean {
  const { converted_type } = element;
  return (
    converted_type === 'DECIMAL' || converted_type === 'MAP' || ticksPerMs(element) !== undefined
  );
}

function jsonOf(row: unknown): string {
  return JSON.stringify(row, (_key, value: unknown) => {
    if (typeof value === 'bigint') return rawJSON(String(value));
    return value instanceof Uint8Array ? textOfBytes(value) : value;
  });
}

/** Text that DuckDB makes of a BLOB: `a\xFF`. Ids in files without UTF-8 annotations stay as they are. */
function textOfBytes(bytes: Uint8Array): string {
  return Buffer.from(bytes)
    .toString('latin1')
    .replaceAll(/[^ -~]|["'\\]/g, (char) => {
      const digits = char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0');
      return `\\x${digits}`;
    });
}

/**
 * Corrects times of a day, which hyparquet leaves numbers, decimals in a value, which hyparquet multiplies by
 * a fraction (3 * 0.1 is not 0.3), and keys of maps, which hyparquet makes text.
 */
function corrected(value: unknown, column: SchemaTree): unknown {
  const { element, children } = column;
  if (Array.isArray(value)) {
    const item = element.converted_type === 'LIST' ? itemOf(column) : column;
    return value.map((each) => corrected(each, item));
  }
  const perMs = ticksPerMs(element);
  if (perMs !== undefined && (typeof value === 'number' || typeof value === 'bigint')) {
    const { logical_type: type } = element;
    const isUtc = type?.type === 'TIME' && type.isAdjustedToUTC;
    return timeOfDay(BigInt(value), perMs, isUtc ? '+00' : '');
  }
  if (typeof value === 'number') {
    return element.converted_type === 'DECIMAL' ? Number(value.toFixed(element.scale)) : value;
  }
  if (typeof value !== 'object' || value === null || children.length === 0) return value;
  const [keys, values] = element.converted_type === 'MAP' ? (children[0]?.children ?? []) : [];
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => {
      const child = values ?? children.find(({ element: { name: own } }) => own === name);
      return [keys ? keyOf(name, keys) : name, child ? corrected(each, child) : each];
    }),
  );
}

/** Units of a time of a day in a millisecond; undefined for other columns. */
function ticksPerMs({ converted_type, logical_type }: SchemaElement): bigint | undefined {
  const unit = logical_type?.type === 'TIME' ? `TIME_${logical_type.unit}` : converted_type;
  return unit === undefined ? undefined : TICKS_PER_MS[unit];
}

const TICKS_PER_MS: Readonly<Record<string, bigint>> = {
  TIME_MILLIS: 1n,
  TIME_MICROS: 1_000n,
  TIME_NANOS: 1_000_000n,
};

/** `10:11:12.5` and the zone, as `tss score` writes it. */
function timeOfDay(time: bigint, perMs: bigint, zone: string): string | null {
  return (
    isoTime(time, perMs)
      ?.replace(/^.*T/, '')
      .replace(/(?:\.0*|(\.\d*?)0*)Z$/, `$1${zone}`) ?? null
  );
}

/** A key of a map: hyparquet lists its bytes, such as `97,255`. */
function keyOf(key: string, column: SchemaTree): string {
  const { type, converted_type, logical_type } = column.element;
  if (converted_type === 'DECIMAL' || ticksPerMs(column.element) !== undefined) {
    return String(corrected(Number(key), column));
  }
  const isBytes = type === 'BYTE_ARRAY' || type === 'FIXED_LEN_BYTE_ARRAY';
  if (!isBytes || converted_type || logical_type) return key;
  return textOfBytes(Uint8Array.from(key.match(/\d+/g) ?? [], Number));
}

/** Column of the items of a list: most writers have a group between them. */
function itemOf(list: SchemaTree): SchemaTree {
  const [repeated = list] = list.children;
  const [item = repeated, ...others] = repeated.children;
  return others.length > 0 ? repeated : item;
}
