import { type FileMetaData, type ParquetParsers, parquetSchema, type SchemaTree } from 'hyparquet';
import { CliError } from '../../kit/errors.ts';

export type Row = Readonly<Record<string, unknown>>;

/** Numbers as they are written; TypeScript does not know these yet. */
const { parse, rawJSON } = JSON as unknown as {
  readonly parse: (
    json: string,
    revive: (key: string, value: unknown, context: { readonly source?: string }) => unknown,
  ) => unknown;
  readonly rawJSON: (text: string) => unknown;
};

const parsers: Partial<ParquetParsers> = {
  timestampFromMicroseconds: (micros) => isoTime(micros, 1_000n),
  timestampFromNanoseconds: (nanos) => isoTime(nanos, 1_000_000n),
  jsonFromBytes: (bytes: Uint8Array | undefined) =>
    bytes &&
    parse(new TextDecoder().decode(bytes), (_key, value, { source }) =>
      typeof value === 'number' && source !== undefined ? rawJSON(source) : value,
    ),
};

/** A time with the digits that a Date lacks, where there are any. */
function isoTime(time: bigint, perMs: bigint): Date | string {
  const rest = ((time % perMs) + perMs) % perMs;
  const date = new Date(Number((time - rest) / perMs));
  if (rest === 0n || Number.isNaN(date.getTime())) return date;
  const digits = String(perMs + rest).slice(1);
  return date.toISOString().replace('Z', `${digits}Z`);
}

/** Options of hyparquet by which only columns of texts become text. */
export function exactRead(metadata: FileMetaData) {
  const schema = metadata.schema.map((element) =>
    element.converted_type === 'ENUM' ? { ...element, converted_type: 'UTF8' as const } : element,
  );
  return { metadata: { ...metadata, schema }, utf8: false, parsers };
}

/**
 * Makes JSON of rows: integers and decimals keep their digits, times are ISO 8601, bytes are base64.
 *
 * @throws CliError for a column of decimals that a number would round: it holds 15 decimal digits
 */
export function rowJsonOf(metadata: FileMetaData, file: string): (row: Row) => string {
  const decimals = metadata.schema.filter(({ converted_type: type }) => type === 'DECIMAL');
  const rounded = decimals.find(({ precision = 0 }) => precision > 15);
  if (rounded) {
    const { name, precision = 0, scale = 0 } = rounded;
    throw new CliError(
      `${file} has the column ${name} of DECIMAL(${precision},${scale}), whose digits would be rounded; ` +
        'write it as text, or an id as BIGINT',
    );
  }
  if (decimals.length === 0) return jsonOf;
  const root = parquetSchema(metadata);
  return (row) => jsonOf(withDecimals(row, root));
}

function jsonOf(row: unknown): string {
  return JSON.stringify(row, (_key, value: unknown) => {
    if (typeof value === 'bigint') return rawJSON(String(value));
    return value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value;
  });
}

/** Corrects the decimals in a value, which hyparquet multiplies by a fraction: 3 * 0.1 is not 0.3. */
function withDecimals(value: unknown, column: SchemaTree): unknown {
  const { element, children } = column;
  if (Array.isArray(value)) {
    const item = element.converted_type === 'LIST' ? itemOf(column) : column;
    return value.map((each) => withDecimals(each, item));
  }
  if (typeof value === 'number') {
    return element.converted_type === 'DECIMAL' ? Number(value.toFixed(element.scale)) : value;
  }
  if (typeof value !== 'object' || value === null || children.length === 0) return value;
  const mapValues = element.converted_type === 'MAP' ? children[0]?.children[1] : undefined;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => {
      const child = mapValues ?? children.find(({ element: { name: own } }) => own === name);
      return [name, child ? withDecimals(each, child) : each];
    }),
  );
}

/** Column of the items of a list: most writers have a group between them. */
function itemOf(list: SchemaTree): SchemaTree {
  const [repeated = list] = list.children;
  const [item = repeated, ...others] = repeated.children;
  return others.length > 0 ? repeated : item;
}
