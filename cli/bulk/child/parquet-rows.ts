import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib';
import {
  type AsyncBuffer,
  type Compressors,
  type FileMetaData,
  parquetMetadataAsync,
  parquetReadObjects,
  parquetSchema,
  type SchemaElement,
} from 'hyparquet';
import { listColumns } from '../../kit/csv-columns.ts';
import { CliError, reasonOf } from '../../kit/errors.ts';
import type { InputRecord, RecordSource } from '../../score/formats/format.ts';
import { isNestedOfTweet, nestedTweetText } from '../../score/formats/nested-tweet.ts';
import { longTextColumn, textColumn } from '../../score/formats/text-column.ts';
import { locationUrl } from '../contract.ts';
import type { ItemTexts } from './item-texts.ts';
import type { ObjectStore, StoredObject } from './object-store.ts';
import { exactRead, type Row, rowJsonOf } from './row-json.ts';

/** A row group is read as a whole. Its bytes, uncompressed, are a third of the memory it takes. */
const MAX_GROUP_BYTES = 256 * 1024 * 1024;

const COMPRESSORS: Compressors = {
  ZSTD: (input) => zstdDecompressSync(input),
  GZIP: (input) => gunzipSync(input),
  BROTLI: (input) => brotliDecompressSync(input),
};

export interface ParquetOptions {
  readonly store: ObjectStore;
  readonly object: StoredObject;
  /** Column of the texts; found by default. */
  readonly textColumn: string | undefined;
}

/** Opens a Parquet object, row by row. @throws CliError when it is none, or has no texts */
export async function openParquet(options: ParquetOptions): Promise<ItemTexts> {
  const { store, object } = options;
  const name = locationUrl(object);
  const file: AsyncBuffer = {
    byteLength: object.bytes,
    slice: async (start, end = object.bytes) => {
      const bytes = await store.read(object, start, end);
      return new Uint8Array(bytes).buffer;
    },
  };
  const metadata = await readable(name, () => parquetMetadataAsync(file));
  const places = textColumnsOf(metadata, options.textColumn, name);
  const nested = options.textColumn === undefined ? nestedColumnsOf(metadata) : [];
  const rowJson = rowJsonOf(metadata, name);
  let count = 0;
  async function* records(): AsyncGenerator<InputRecord> {
    for await (const row of rowsOf(file, metadata, name)) {
      count++;
      const own = places.map((column) => row[column]).find(isFilled) ?? '';
      const json = rowJson(row);
      const text = nested.length > 0 ? nestedTweetText(picked(JSON.parse(json), nested), own) : own;
      const source: RecordSource = { json };
      yield {
        line: count,
        byte: 0,
        next: { bytes: 0, lines: count },
        texts: [{ text, source, scored: () => '' }],
      };
    }
  }
  return { records: records(), columns: [], hasBytes: false, lines: () => count };
}

async function* rowsOf(
  file: AsyncBuffer,
  metadata: FileMetaData,
  name: string,
): AsyncGenerator<Row> {
  const exact = exactRead(metadata);
  let rowStart = 0;
  for (const group of metadata.row_groups) {
    if (group.total_byte_size > MAX_GROUP_BYTES) {
      throw new CliError(
        `${name} has a row group of ${group.total_byte_size} bytes; write it with row groups of at ` +
          `most ${MAX_GROUP_BYTES} bytes`,
      );
    }
    const rowEnd = rowStart + Number(group.num_rows);
    const range = { rowStart, rowEnd };
    yield* await readable(name, () =>
      parquetReadObjects({ file, ...exact, compressors: COMPRESSORS, ...range }),
    );
    rowStart = rowEnd;
  }
}

function isFilled(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

/** Columns of a row's text, of which the first one that is filled counts. */
function textColumnsOf(
  metadata: FileMetaData,
  named: string | undefined,
  file: string,
): readonly string[] {
  const columns = parquetSchema(metadata).children.map(({ element }) => element);
  const names = columns.filter(isText).map(({ name }) => name);
  const found = names[textColumn(names, named) ?? -1];
  const long = names[longTextColumn(names, named) ?? -1];
  if (found !== undefined) return long === undefined ? [found] : [long, found];
  const missing =
    named === undefined
      ? 'no column of texts that is known by its name'
      : `no column '${named}' of texts (strings in UTF-8)`;
  throw new CliError(
    `${file} has ${missing}; name one with --text-column. Its columns: ` +
      listColumns(columns.map((column) => `${column.name} ${typeOf(column)}`)),
  );
}

/** Columns in which tweets of X have their whole text. */
function nestedColumnsOf(metadata: FileMetaData): string[] {
  return parquetSchema(metadata)
    .children.filter(
      ({ children, element: { name } }) => children.length > 0 && isNestedOfTweet(name),
    )
    .map(({ element }) => element.name);
}

function picked(row: object, columns: readonly string[]): object {
  return Object.fromEntries(columns.map((column) => [column, Reflect.get(row, column)]));
}

function typeOf(column: SchemaElement): string {
  return isText(column) ? 'STRING' : (column.type ?? 'GROUP');
}

function isText({ converted_type, logical_type }: SchemaElement): boolean {
  return converted_type === 'UTF8' || logical_type?.type === 'STRING';
}

async function readable<Answer>(name: string, read: () => Promise<Answer>): Promise<Answer> {
  try {
    return await read();
  } catch (cause) {
    // Of the store, or an interruption.
    if (cause instanceof CliError || (cause instanceof Error && cause.name === 'AbortError')) {
      throw cause;
    }
    throw new CliError(`${name} cannot be read as Parquet: ${reasonOf(cause)}`, { cause });
  }
}
